//! Reading what there is.

use super::{Read, Want, receive};
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
        mut patience: Patience<'_>,
    ) -> Result<Progress<Read>, Error> {
        let failed = |errno: crate::Errno| errno.during(Self::NAME);
        let mut contents = self.buffer.contents().map_err(failed)?;
        loop {
            let present = contents.unread().len();
            if present > 0 || self.limit == 0 {
                return Ok(Progress::Done(Read::Whole(present.min(self.limit))));
            }
            if let Some(progress) =
                receive(&self.handle, &mut contents, &mut patience, Want::AtLeast(1))
                    .map_err(failed)?
            {
                return Ok(progress);
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
