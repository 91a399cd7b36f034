//! Reading the bytes that have arrived.

use crate::operation::{EventLoop, Operation, Patience, Progress, Wait};
use crate::transport::{Fill, Transport};
use crate::{Cause, Error, Interest, ReadBuffer, Scratch};

/// Reads at least one byte of a stream: the bytes of the buffer, or else what a receive returns. Received bytes
/// do not go through the buffer.
#[derive(Debug)]
pub struct ReadAvailable<'a, T> {
    transport: T,
    buffer: &'a ReadBuffer,
    limit: usize,
}

/// Where [`ReadAvailable`] has left the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Available {
    /// So many bytes at the front of the buffer.
    Buffered(usize),
    /// So many bytes in the scratch memory.
    Received(usize),
    /// The stream has ended.
    EndOfStream,
}

impl<'a, T: Transport> ReadAvailable<'a, T> {
    /// Reads at least 1 and at most `limit` bytes from `transport`. `buffer` has the bytes that have been received
    /// before.
    #[must_use]
    pub const fn new(transport: T, buffer: &'a ReadBuffer, limit: usize) -> Self {
        ReadAvailable { transport, buffer, limit }
    }

    #[inline]
    fn try_read(
        &mut self,
        scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Available>, Cause> {
        let mut contents = self.buffer.contents()?;
        let buffered = contents.unread().len();
        if buffered > 0 {
            return Ok(Progress::Done(Available::Buffered(buffered.min(self.limit))));
        }
        let room = contents.room().min(self.limit);
        Ok(match self.transport.receive(scratch, room, Fill::Available, &mut patience)? {
            None => {
                contents.release();
                Progress::Waiting
            }
            Some(0) => Progress::Done(Available::EndOfStream),
            Some(length) => {
                contents.adapt_room(room, length);
                if length < room {
                    self.transport.note_short_receive(&patience);
                }
                Progress::Done(Available::Received(length))
            }
        })
    }
}

impl<T: Transport> Operation for ReadAvailable<'_, T> {
    const NAME: &'static str = "read";
    type Output = Available;

    #[inline]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Available>, Error> {
        self.try_read(scratch, patience).map_err(|cause| cause.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        self.transport.waits_for(Interest::Readable)
    }
}
