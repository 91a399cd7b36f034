//! Reading lines.

use std::sync::OnceLock;

use super::{Next, Read, Want, read_record};
use crate::buffer::Searched;
use crate::operation::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Delimiter, Error, Handle, Interest, ReadBuffer, Scratch};

/// Reads a line of a stream, which a line feed ends, with or without a carriage return before it.
///
/// [`Read::Whole`] gives the length up to the line feed, so a carriage return belongs to it.
#[derive(Debug)]
pub struct ReadLine<'a, H> {
    handle: H,
    buffer: &'a ReadBuffer,
    limit: usize,
    searched: Searched,
}

impl<'a, H: Handle> ReadLine<'a, H> {
    /// Reads from `handle`, whose bytes that have been received already are in `buffer`, and gives
    /// up where the line has more than `limit` bytes, not counting its end.
    #[must_use]
    pub fn new(handle: H, buffer: &'a ReadBuffer, limit: usize) -> Self {
        ReadLine { handle, buffer, limit, searched: Searched::default() }
    }
}

fn line_feed() -> Option<&'static Delimiter> {
    static LINE_FEED: OnceLock<Option<Delimiter>> = OnceLock::new();
    LINE_FEED.get_or_init(|| Delimiter::new(b"\n")).as_ref()
}

impl<H: Handle> Operation for ReadLine<'_, H> {
    const NAME: &'static str = "read";
    type Output = Read;

    #[inline]
    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<Read>, Error> {
        read_record(&self.handle, self.buffer, patience, |contents| {
            let found = line_feed().and_then(|feed| contents.find(feed, &mut self.searched));
            let unread = contents.unread();
            let line = &unread[..found.unwrap_or(unread.len())];
            // The carriage return may be half of the line's end.
            let length = line.strip_suffix(b"\r").unwrap_or(line).len();
            match found {
                _ if length > self.limit => Next::GiveUp,
                Some(place) => Next::Whole(place),
                None => Next::Receive(Want::AtLeast(1)),
            }
        })
        .map_err(|errno| errno.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
