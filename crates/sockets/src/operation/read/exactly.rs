//! Reading so many bytes.

use super::{Next, Read, Want, read_record};
use crate::operation::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Error, Handle, Interest, ReadBuffer, Scratch};

/// From here on the bytes are received alone, without what comes behind them: then they lie at the
/// front of the memory, and the kernel can wait until they are complete.
const ALONE: usize = 16 * 1024;
/// The most that is received at once before as much has come already: memory grows with what
/// arrives, not with what is asked for.
const AT_ONCE: usize = 256 * 1024;

/// Reads exactly `length` bytes of a stream.
#[derive(Debug)]
pub struct ReadExactly<'a, H> {
    handle: H,
    buffer: &'a ReadBuffer,
    length: usize,
}

impl<'a, H: Handle> ReadExactly<'a, H> {
    /// Reads from `handle`, whose bytes that have been received already are in `buffer`.
    #[must_use]
    pub const fn new(handle: H, buffer: &'a ReadBuffer, length: usize) -> Self {
        ReadExactly { handle, buffer, length }
    }
}

impl<H: Handle> Operation for ReadExactly<'_, H> {
    const NAME: &'static str = "read";
    type Output = Read;

    #[inline]
    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<Read>, Error> {
        read_record(&self.handle, self.buffer, patience, |contents| {
            let present = contents.unread().len();
            match self.length.saturating_sub(present) {
                0 => Next::Whole(self.length),
                missing @ ALONE.. => {
                    Next::Receive(Want::Exactly(missing.min(present.max(AT_ONCE))))
                }
                missing => Next::Receive(Want::AtLeast(missing)),
            }
        })
        .map_err(|errno| errno.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
