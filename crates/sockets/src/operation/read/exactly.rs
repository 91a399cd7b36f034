//! Reading so many bytes.

use super::{Read, Want, receive};
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
        mut patience: Patience<'_>,
    ) -> Result<Progress<Read>, Error> {
        let failed = |errno: crate::Errno| errno.during(Self::NAME);
        let mut contents = self.buffer.contents().map_err(failed)?;
        loop {
            let present = contents.unread().len();
            let missing = self.length.saturating_sub(present);
            if missing == 0 {
                return Ok(Progress::Done(Read::Whole(self.length)));
            }
            let want = match missing {
                ALONE.. => Want::Exactly(missing.min(present.max(AT_ONCE))),
                _ => Want::AtLeast(missing),
            };
            if let Some(progress) =
                receive(&self.handle, &mut contents, &mut patience, want).map_err(failed)?
            {
                return Ok(progress);
            }
            let present_now = contents.unread().len();
            let received = present_now - present;
            let is_short = match want {
                Want::Exactly(wanted) => received < wanted,
                Want::AtLeast(_) => present_now < self.length,
            };
            if is_short && !patience.tries_again() {
                return Ok(Progress::Waiting);
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
