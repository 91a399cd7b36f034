//! Reading records of a stream through a buffer.
//!
//! The output of [`ReadRecord`] is the length of a record in the buffer, from which the caller takes the bytes. So
//! no byte is lost where a time-out or an error ends the operation: what has arrived by then is in the buffer.

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

/// Reads a record of a stream. A rule says where the record ends.
#[derive(Debug)]
pub struct ReadRecord<'a, T, R> {
    transport: T,
    buffer: &'a ReadBuffer,
    rule: R,
}

/// The result of a read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Read {
    /// The record is whole: it is the first so many bytes of the buffer. Its delimiter, if any, lies behind it.
    Whole(usize),
    /// The stream has ended before the record was whole. The rest of the stream is in the buffer.
    EndOfStream,
    /// The record is longer than its limit. What has arrived of it stays in the buffer.
    Oversized,
}

/// In each constructor, `buffer` has the bytes that have been received from `transport` before.
impl<'a, T: Transport> ReadRecord<'a, T, Exactly> {
    /// Reads `length` bytes.
    #[must_use]
    #[inline]
    pub const fn exactly(transport: T, buffer: &'a ReadBuffer, length: usize) -> Self {
        ReadRecord { transport, buffer, rule: Exactly { length } }
    }
}

impl<'a, T: Transport, D: Deref<Target = Delimiter>> ReadRecord<'a, T, Until<D>> {
    /// Reads up to a delimiter, which then lies behind the record in the buffer. A record that has
    /// more than `limit` bytes without the delimiter is [`Read::Oversized`].
    #[must_use]
    #[inline]
    pub fn until(transport: T, buffer: &'a ReadBuffer, delimiter: D, limit: usize) -> Self {
        let rule = Until { delimiter, limit, searched: Searched::default() };
        ReadRecord { transport, buffer, rule }
    }
}

impl<'a, T: Transport> ReadRecord<'a, T, Line> {
    /// Reads a line. A line feed ends the line, with or without a carriage return before it. The length in
    /// [`Read::Whole`] includes the carriage return. A line that has more than `limit` bytes without both is
    /// [`Read::Oversized`].
    #[must_use]
    #[inline]
    pub fn line(transport: T, buffer: &'a ReadBuffer, limit: usize) -> Self {
        ReadRecord { transport, buffer, rule: Line { limit, searched: Searched::default() } }
    }
}

impl<'a, T: Transport> ReadRecord<'a, T, ToEnd> {
    /// Reads a stream to its end: the output is [`Read::EndOfStream`], and all bytes are in the buffer.
    /// More than `limit` bytes are [`Read::Oversized`].
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
        // Whether the kernel and the transport have no more bytes for now.
        let mut is_drained = false;
        loop {
            let (length, fill) = match self.rule.next(&contents) {
                Next::Whole(length) => return Ok(Progress::Done(Read::Whole(length))),
                Next::TooLong => return Ok(Progress::Done(Read::Oversized)),
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
