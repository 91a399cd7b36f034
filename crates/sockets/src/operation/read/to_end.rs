//! Reading all that comes.

use super::{Next, Read, Want, read_record};
use crate::operation::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Error, Handle, Interest, ReadBuffer, Scratch};

/// Reads a stream to its end: the output is [`Read::EndOfStream`], and all that came is in the
/// buffer.
#[derive(Debug)]
pub struct ReadToEnd<'a, H> {
    handle: H,
    buffer: &'a ReadBuffer,
    limit: usize,
}

impl<'a, H: Handle> ReadToEnd<'a, H> {
    /// Reads from `handle`, whose bytes that have been received already are in `buffer`, and gives
    /// up where there are more than `limit` bytes.
    #[must_use]
    pub const fn new(handle: H, buffer: &'a ReadBuffer, limit: usize) -> Self {
        ReadToEnd { handle, buffer, limit }
    }
}

impl<H: Handle> Operation for ReadToEnd<'_, H> {
    const NAME: &'static str = "read";
    type Output = Read;

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<Read>, Error> {
        read_record(&self.handle, self.buffer, patience, |contents| {
            match contents.unread().len() > self.limit {
                true => Next::GiveUp,
                false => Next::Receive(Want::AtLeast(1)),
            }
        })
        .map_err(|errno| errno.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
