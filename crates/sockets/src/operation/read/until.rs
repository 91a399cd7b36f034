//! Reading up to a delimiter.

use std::ops::Deref;

use super::{Next, Read, Want, read_record};
use crate::buffer::{Contents, Searched};
use crate::operation::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Delimiter, Error, Handle, Interest, ReadBuffer, Scratch};

/// Reads the bytes of a stream up to a delimiter, which lies behind them in the buffer then.
///
/// Each byte is searched once, however the record arrives.
#[derive(Debug)]
pub struct ReadUntil<'a, H, D = &'a Delimiter> {
    handle: H,
    buffer: &'a ReadBuffer,
    delimiter: D,
    limit: usize,
    searched: Searched,
}

impl<'a, H: Handle, D: Deref<Target = Delimiter>> ReadUntil<'a, H, D> {
    /// Reads from `handle`, whose bytes that have been received already are in `buffer`.
    #[must_use]
    #[inline]
    pub fn new(handle: H, buffer: &'a ReadBuffer, delimiter: D) -> Self {
        ReadUntil { handle, buffer, delimiter, limit: usize::MAX, searched: Searched::default() }
    }

    /// Gives up where the record has more than `limit` bytes, not counting the delimiter.
    #[must_use]
    pub fn limited(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

impl<H: Handle, D: Deref<Target = Delimiter>> Operation for ReadUntil<'_, H, D> {
    const NAME: &'static str = "read";
    type Output = Read;

    #[inline]
    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<Read>, Error> {
        read_record(&self.handle, self.buffer, patience, |contents| {
            match contents.find(&self.delimiter, &mut self.searched) {
                Some(length) if length <= self.limit => Next::Whole(length),
                Some(_) => Next::GiveUp,
                // Where the delimiter begins at the earliest.
                None if least_place(contents, &self.delimiter) > self.limit => Next::GiveUp,
                None => Next::Receive(Want::AtLeast(1)),
            }
        })
        .map_err(|errno| errno.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}

/// Where a delimiter that is not among the bytes that have come begins at the earliest.
fn least_place(contents: &Contents, delimiter: &Delimiter) -> usize {
    (contents.unread().len() + 1).saturating_sub(delimiter.len())
}
