//! The rules that say where a record ends.

use std::ops::Deref;
use std::sync::OnceLock;

use crate::Delimiter;
use crate::buffer::{Contents, Searched};

/// From this size on, a read receives the missing bytes and none behind them. Then they lie at the
/// front of the memory, and the kernel can wait until they are complete.
const RECEIVE_EXACTLY: usize = 16 * 1024;
/// The most that one receive asks for, unless more has arrived already: memory grows with the bytes that
/// arrive, not with the length of the record.
const MOST_AT_ONCE: usize = 256 * 1024;

/// The next step of a read, which depends on the contents of the buffer.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    /// The record is whole, and has so many bytes.
    Whole(usize),
    /// Receive at least so many bytes, and what has arrived behind them.
    AtLeast(usize),
    /// Receive so many bytes and no more; the transport can wait until they are complete.
    Exactly(usize),
    /// The record is longer than its limit.
    TooLong,
}

/// Says where a record ends.
pub trait Rule {
    /// The next step, for these contents of the buffer.
    fn next(&mut self, contents: &Contents) -> Next;
}

/// A record of a fixed length.
#[derive(Debug)]
pub struct Exactly {
    pub(super) length: usize,
}

impl Rule for Exactly {
    #[inline]
    fn next(&mut self, contents: &Contents) -> Next {
        let present = contents.unread().len();
        match self.length.saturating_sub(present) {
            0 => Next::Whole(self.length),
            missing @ RECEIVE_EXACTLY.. => Next::Exactly(missing.min(present.max(MOST_AT_ONCE))),
            missing => Next::AtLeast(missing),
        }
    }
}

/// The bytes up to a delimiter. The rule searches each byte once, however the record arrives.
#[derive(Debug)]
pub struct Until<D> {
    pub(super) delimiter: D,
    pub(super) limit: usize,
    pub(super) searched: Searched,
}

impl<D: Deref<Target = Delimiter>> Rule for Until<D> {
    #[inline]
    fn next(&mut self, contents: &Contents) -> Next {
        match contents.find(&self.delimiter, &mut self.searched) {
            Some(length) if length <= self.limit => Next::Whole(length),
            Some(_) => Next::TooLong,
            None => {
                // The earliest position of the delimiter, which is not among the bytes that have arrived.
                let earliest = (contents.unread().len() + 1).saturating_sub(self.delimiter.len());
                if earliest > self.limit { Next::TooLong } else { Next::AtLeast(1) }
            }
        }
    }
}

/// The bytes up to a line feed. A carriage return before the line feed does not count towards the limit.
#[derive(Debug)]
pub struct Line {
    pub(super) limit: usize,
    pub(super) searched: Searched,
}

fn line_feed() -> Option<&'static Delimiter> {
    static LINE_FEED: OnceLock<Option<Delimiter>> = OnceLock::new();
    LINE_FEED.get_or_init(|| Delimiter::new(b"\n")).as_ref()
}

impl Rule for Line {
    #[inline]
    fn next(&mut self, contents: &Contents) -> Next {
        let found = line_feed().and_then(|feed| contents.find(feed, &mut self.searched));
        let unread = contents.unread();
        let line = &unread[..found.unwrap_or(unread.len())];
        // This can be the carriage return before the line feed.
        let length = line.strip_suffix(b"\r").unwrap_or(line).len();
        match found {
            _ if length > self.limit => Next::TooLong,
            Some(place) => Next::Whole(place),
            None => Next::AtLeast(1),
        }
    }
}

/// All bytes up to the end of the stream.
#[derive(Debug)]
pub struct ToEnd {
    pub(super) limit: usize,
}

impl Rule for ToEnd {
    fn next(&mut self, contents: &Contents) -> Next {
        if contents.unread().len() > self.limit { Next::TooLong } else { Next::AtLeast(1) }
    }
}
