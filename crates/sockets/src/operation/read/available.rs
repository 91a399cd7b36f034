//! Reading what has come, wherever it lies.

use crate::operation::patience::First;
use crate::operation::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Errno, Error, Handle, Interest, ReadBuffer, Scratch, sys};

/// Reads at least one byte of a stream: what is in the buffer, or else what can be received, which
/// does not go through the buffer.
#[derive(Debug)]
pub struct ReadAvailable<'a, H> {
    handle: H,
    buffer: &'a ReadBuffer,
    limit: usize,
}

/// What [`ReadAvailable`] has found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Available {
    /// So many bytes at the front of the buffer.
    Buffered(usize),
    /// So many bytes in the scratch memory.
    Received(usize),
    /// The stream has ended.
    EndOfStream,
}

impl<'a, H: Handle> ReadAvailable<'a, H> {
    /// Reads at most `limit` bytes, at least 1, from `handle`, whose bytes that have been received
    /// already are in `buffer`.
    #[must_use]
    pub const fn new(handle: H, buffer: &'a ReadBuffer, limit: usize) -> Self {
        ReadAvailable { handle, buffer, limit }
    }

    #[inline]
    fn try_read(
        &mut self,
        scratch: &mut Scratch,
        mut patience: Patience<'_>,
    ) -> Result<Progress<Available>, Errno> {
        let mut contents = self.buffer.contents()?;
        let buffered = contents.unread().len();
        if buffered > 0 {
            return Ok(Progress::Done(Available::Buffered(buffered.min(self.limit))));
        }
        let room = contents.room().min(self.limit);
        let received =
            patience.call(&self.handle, Interest::Readable, First::Try, |from, blocking| {
                scratch.fill(room, |room| sys::receive(from, room, blocking.flags()))
            })?;
        Ok(match received {
            None => {
                contents.release();
                Progress::Waiting
            }
            Some(0) => Progress::Done(Available::EndOfStream),
            Some(length) => {
                contents.learn(room, length);
                if length < room {
                    patience.note_short_receive(&self.handle);
                }
                Progress::Done(Available::Received(length))
            }
        })
    }
}

impl<H: Handle> Operation for ReadAvailable<'_, H> {
    const NAME: &'static str = "read";
    type Output = Available;

    #[inline]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<Available>, Error> {
        self.try_read(scratch, patience).map_err(|errno| errno.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
