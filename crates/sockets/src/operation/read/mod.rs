//! Reading records of a stream through a buffer.
//!
//! These operations leave what they have read in the buffer and give its length: whoever runs them
//! takes it out. So nothing is lost where one ends early, by a time-out or an error: what had come
//! by then is in the buffer.

mod available;
mod exactly;
mod line;
mod to_end;
mod until;
mod up_to;

pub use available::{Available, ReadAvailable};
pub use exactly::ReadExactly;
pub use line::ReadLine;
pub use to_end::ReadToEnd;
pub use until::ReadUntil;
pub use up_to::ReadUpTo;

use super::patience::First;
use super::{Patience, Progress};
use crate::buffer::Contents;
use crate::{Errno, Handle, Interest, ReadBuffer, sys};

/// What a read has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Read {
    /// The record is whole: the first so many bytes of the buffer. A delimiter lies behind them.
    Whole(usize),
    /// The stream has ended before. What it has left is in the buffer.
    EndOfStream,
    /// The record is longer than it may be. What has come of it stays in the buffer.
    Oversized,
}

/// What there is to do, as the buffer stands.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// Nothing: the record is whole, and so long.
    Whole(usize),
    /// Receiving more.
    Receive(Want),
    /// Giving up: the record is too long.
    GiveUp,
}

/// How much to receive, and how.
#[derive(Clone, Copy, Debug)]
enum Want {
    /// At least so many bytes, and what else has arrived.
    AtLeast(usize),
    /// So many bytes and no more; the kernel may wait until they are complete.
    Exactly(usize),
}

/// Receives into the buffer until `next` finds a whole record there.
#[inline]
fn read_record(
    handle: &impl Handle,
    buffer: &ReadBuffer,
    mut patience: Patience<'_>,
    mut next: impl FnMut(&Contents) -> Next,
) -> Result<Progress<Read>, Errno> {
    let mut contents = buffer.contents()?;
    // Whether all that has arrived is in the buffer.
    let mut is_drained = false;
    loop {
        let want = match next(&contents) {
            Next::Whole(length) => return Ok(Progress::Done(Read::Whole(length))),
            Next::GiveUp => return Ok(Progress::Done(Read::Oversized)),
            Next::Receive(_) if is_drained => return Ok(Progress::Waiting),
            Next::Receive(want) => want,
        };
        let (room, flags, first) = match want {
            Want::AtLeast(length) => (length.max(contents.room()), 0, First::Try),
            // Part of it is often there, and the rest would be left to the driver.
            Want::Exactly(length) => (length, libc::MSG_WAITALL, First::Prepare),
        };
        let received =
            patience.call(handle, Interest::Readable, first, |descriptor, blocking| {
                let flags = flags | blocking.flags();
                contents.receive(room, |room| sys::receive(descriptor, room, flags))
            })?;
        match received {
            None => {
                if !matches!(patience, Patience::Kernel(_)) {
                    contents.release();
                }
                return Ok(Progress::Waiting);
            }
            Some(0) => return Ok(Progress::Done(Read::EndOfStream)),
            Some(length) if length < room => {
                patience.note_short_receive(handle);
                is_drained = !patience.may_have_left(handle);
            }
            Some(_) => {}
        }
    }
}
