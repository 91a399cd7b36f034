//! Reading records of a stream through a buffer.
//!
//! These operations leave what they have read in the buffer and give its length: whoever runs them
//! takes it out. So nothing is lost where one ends early, by a time-out or an error: what had come
//! by then is in the buffer.

mod exactly;
mod until;
mod up_to;

pub use exactly::ReadExactly;
pub use until::ReadUntil;
pub use up_to::ReadUpTo;

use super::patience::First;
use super::{Patience, Progress};
use crate::buffer::Contents;
use crate::{Errno, Handle, Interest, sys};

/// What a read has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Read {
    /// The record is whole: the first so many bytes of the buffer. A delimiter lies behind them.
    Whole(usize),
    /// The stream has ended before. What it has left is in the buffer.
    EndOfStream,
}

/// How much to receive, and how.
#[derive(Clone, Copy, Debug)]
enum Want {
    /// At least so many bytes, and what else has arrived.
    AtLeast(usize),
    /// So many bytes and no more; the kernel may wait until they are complete.
    Exactly(usize),
}

/// Receives into the buffer. `None` where there may be more to receive at once.
fn receive(
    handle: &impl Handle,
    contents: &mut Contents,
    patience: &mut Patience<'_>,
    want: Want,
) -> Result<Option<Progress<Read>>, Errno> {
    let (room, flags, first) = match want {
        Want::AtLeast(length) => (length.max(contents.room()), 0, First::Try),
        // Part of it is often there, and the rest would be left to the driver.
        Want::Exactly(length) => (length, libc::MSG_WAITALL, First::Prepare),
    };
    let received = patience.call(handle, Interest::Readable, first, |descriptor, blocking| {
        let flags = flags | blocking.flags();
        contents.receive(room, |room| sys::receive(descriptor, room, flags))
    })?;
    match received {
        None => {
            if matches!(patience, Patience::None) {
                contents.release();
            }
            Ok(Some(Progress::Waiting))
        }
        Some(0) => Ok(Some(Progress::Done(Read::EndOfStream))),
        Some(_) => Ok(None),
    }
}
