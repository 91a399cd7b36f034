//! Reading what there is.

use super::{Next, Read, Want, read_record};
use crate::operation::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Error, Handle, Interest, ReadBuffer, Scratch};

/// Reads at least one byte of a stream, and as many more as have been received, up to `limit`.
#[derive(Debug)]
pub struct ReadUpTo<'a, H> {
    handle: H,
    buffer: &'a ReadBuffer,
    limit: usize,
}

impl<'a, H: Handle> ReadUpTo<'a, H> {
    /// Reads from `handle`, whose bytes that have been received already are in `buffer`.
    #[must_use]
    pub const fn new(handle: H, buffer: &'a ReadBuffer, limit: usize) -> Self {
        ReadUpTo { handle, buffer, limit }
    }
}

impl<H: Handle> Operation for ReadUpTo<'_, H> {
    const NAME: &'static str = "read";
    type Output = Read;

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<Read>, Error> {
        read_record(&self.handle, self.buffer, patience, |contents| match contents.unread().len() {
            0 if self.limit > 0 => Next::Receive(Want::AtLeast(1)),
            present => Next::Whole(present.min(self.limit)),
        })
        .map_err(|errno| errno.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
