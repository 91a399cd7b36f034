//! Reading up to a delimiter.

use super::{Next, Read, Want, read_record};
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
        patience: Patience<'_>,
    ) -> Result<Progress<Read>, Error> {
        read_record(&self.handle, self.buffer, patience, |contents| {
            match contents.find(self.delimiter, &mut self.searched) {
                Some(length) => Next::Whole(length),
                None => Next::Receive(Want::AtLeast(1)),
            }
        })
        .map_err(|errno| errno.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
