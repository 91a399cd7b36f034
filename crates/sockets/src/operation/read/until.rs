//! Reading up to a delimiter.

use super::{Read, Want, receive};
use crate::buffer::Searched;
use crate::operation::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Delimiter, Error, Handle, Interest, ReadBuffer, Scratch};

/// Reads the bytes of a stream up to a delimiter, which lies behind them in the buffer then.
///
/// Each byte is searched once, however the record arrives.
#[derive(Debug)]
pub struct ReadUntil<'a, H> {
    handle: H,
    buffer: &'a ReadBuffer,
    delimiter: &'a Delimiter,
    searched: Searched,
}

impl<'a, H: Handle> ReadUntil<'a, H> {
    /// Reads from `handle`, whose bytes that have been received already are in `buffer`.
    #[must_use]
    #[inline]
    pub fn new(handle: H, buffer: &'a ReadBuffer, delimiter: &'a Delimiter) -> Self {
        ReadUntil { handle, buffer, delimiter, searched: Searched::default() }
    }
}

impl<H: Handle> Operation for ReadUntil<'_, H> {
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
            if let Some(length) = contents.find(self.delimiter, &mut self.searched) {
                return Ok(Progress::Done(Read::Whole(length)));
            }
            let (present, room) = (contents.unread().len(), contents.room());
            if let Some(progress) =
                receive(&self.handle, &mut contents, &mut patience, Want::AtLeast(1))
                    .map_err(failed)?
            {
                return Ok(progress);
            }
            let is_short = contents.unread().len() - present < room;
            if is_short && !patience.tries_again() {
                // What has just come may hold the delimiter.
                if let Some(length) = contents.find(self.delimiter, &mut self.searched) {
                    return Ok(Progress::Done(Read::Whole(length)));
                }
                return Ok(Progress::Waiting);
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
