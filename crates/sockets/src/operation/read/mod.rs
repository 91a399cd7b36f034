//! Reading records of a stream through a buffer.
//!
//! [`ReadRecord`] leaves what it has read in the buffer and gives its length: its user takes the bytes out. So
//! nothing is lost where the operation ends early, by a time-out or an error: what had come by then is in the
//! buffer.

mod available;
mod request;
mod rules;

use std::ops::Deref;

pub use available::{Available, ReadAvailable};
pub use request::{AwaitRequest, Linger};
pub use rules::{Exactly, Line, Rule, ToEnd, Until};

use rules::Next;

use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::buffer::Searched;
use crate::transport::{Fill, Transport};
use crate::{Cause, Delimiter, Error, Interest, ReadBuffer, Scratch};

/// Reads a record of a stream. A rule says what makes the record whole.
#[derive(Debug)]
pub struct ReadRecord<'a, T, R> {
    transport: T,
    buffer: &'a ReadBuffer,
    rule: R,
}

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

/// In each of these, `buffer` has the bytes that have been received from `transport` already.
impl<'a, T: Transport> ReadRecord<'a, T, Exactly> {
    /// Reads `length` bytes.
    #[must_use]
    #[inline]
    pub const fn exactly(transport: T, buffer: &'a ReadBuffer, length: usize) -> Self {
        ReadRecord { transport, buffer, rule: Exactly { length } }
    }
}

impl<'a, T: Transport, D: Deref<Target = Delimiter>> ReadRecord<'a, T, Until<D>> {
    /// Reads up to a delimiter, which then lies behind the record in the buffer. Gives up where the record has
    /// more than `limit` bytes, not counting the delimiter.
    #[must_use]
    #[inline]
    pub fn until(transport: T, buffer: &'a ReadBuffer, delimiter: D, limit: usize) -> Self {
        let rule = Until { delimiter, limit, searched: Searched::default() };
        ReadRecord { transport, buffer, rule }
    }
}

impl<'a, T: Transport> ReadRecord<'a, T, Line> {
    /// Reads a line, which a line feed ends, with or without a carriage return before it. [`Read::Whole`] gives
    /// the length up to the line feed, so a carriage return belongs to it. Gives up where the line has more
    /// than `limit` bytes, not counting its end.
    #[must_use]
    #[inline]
    pub fn line(transport: T, buffer: &'a ReadBuffer, limit: usize) -> Self {
        ReadRecord { transport, buffer, rule: Line { limit, searched: Searched::default() } }
    }
}

impl<'a, T: Transport> ReadRecord<'a, T, ToEnd> {
    /// Reads a stream to its end: the output is [`Read::EndOfStream`], and all that came is in the buffer.
    /// Gives up where there are more than `limit` bytes.
    #[must_use]
    #[inline]
    pub const fn to_end(transport: T, buffer: &'a ReadBuffer, limit: usize) -> Self {
        ReadRecord { transport, buffer, rule: ToEnd { limit } }
    }
}

impl<T: Transport, R: Rule> ReadRecord<'_, T, R> {
    /// Receives into the buffer until the rule finds a whole record there.
    #[inline]
    fn try_read(
        &mut self,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Read>, Cause> {
        let mut contents = self.buffer.contents()?;
        // Whether all that has arrived is in the buffer.
        let mut is_drained = false;
        loop {
            let (length, fill) = match self.rule.next(&contents) {
                Next::Whole(length) => return Ok(Progress::Done(Read::Whole(length))),
                Next::GiveUp => return Ok(Progress::Done(Read::Oversized)),
                _ if is_drained => return Ok(Progress::Waiting),
                Next::AtLeast(length) => (length.max(contents.room()), Fill::Available),
                Next::Exactly(length) => (length, Fill::Whole),
            };
            match self.transport.receive(&mut *contents, length, fill, &mut patience)? {
                None => {
                    if !matches!(patience, Patience::Kernel(_)) {
                        contents.release();
                    }
                    return Ok(Progress::Waiting);
                }
                Some(0) => return Ok(Progress::Done(Read::EndOfStream)),
                Some(received) if received < length => {
                    let may_have_more = self.transport.note_short_receive(&patience);
                    is_drained = !may_have_more && !self.transport.has_bytes_ready();
                }
                Some(_) => {}
            }
        }
    }
}

impl<T: Transport, R: Rule> Operation for ReadRecord<'_, T, R> {
    const NAME: &'static str = "read";
    type Output = Read;

    #[inline]
    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Read>, Error> {
        self.try_read(patience).map_err(|cause| cause.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        self.transport.waits_for(Interest::Readable)
    }
}
