//! What makes a record whole.

use std::ops::Deref;
use std::sync::OnceLock;

use crate::Delimiter;
use crate::buffer::{Contents, Searched};

/// From here on the bytes are received alone, without what comes behind them: then they lie at the
/// front of the memory, and the kernel can wait until they are complete.
const ALONE: usize = 16 * 1024;
/// The most that is received at once before as much has come already: memory grows with what
/// arrives, not with what is asked for.
const AT_ONCE: usize = 256 * 1024;

/// What there is to do, as the buffer stands.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    /// Nothing: the record is whole, and has so many bytes.
    Whole(usize),
    /// Receive at least so many bytes, and what else has arrived.
    AtLeast(usize),
    /// Receive so many bytes and no more; the transport can wait until they are complete.
    Exactly(usize),
    /// Give up: the record is too long.
    GiveUp,
}

/// What makes a record whole.
pub trait Rule {
    /// What there is to do, as the buffer stands.
    fn next(&mut self, contents: &Contents) -> Next;
}

/// So many bytes.
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
            missing @ ALONE.. => Next::Exactly(missing.min(present.max(AT_ONCE))),
            missing => Next::AtLeast(missing),
        }
    }
}

/// The bytes up to a delimiter. Each byte is searched once, however the record arrives.
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
            Some(_) => Next::GiveUp,
            None => {
                // Where the delimiter begins at the earliest: it is not among the bytes that have come.
                let earliest = (contents.unread().len() + 1).saturating_sub(self.delimiter.len());
                if earliest > self.limit { Next::GiveUp } else { Next::AtLeast(1) }
            }
        }
    }
}

/// The bytes up to a line feed. A carriage return before it belongs to the line's end, not to the limit.
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
        // The carriage return may be half of the line's end.
        let length = line.strip_suffix(b"\r").unwrap_or(line).len();
        match found {
            _ if length > self.limit => Next::GiveUp,
            Some(place) => Next::Whole(place),
            None => Next::AtLeast(1),
        }
    }
}

/// All that comes before the stream ends.
#[derive(Debug)]
pub struct ToEnd {
    pub(super) limit: usize,
}

impl Rule for ToEnd {
    fn next(&mut self, contents: &Contents) -> Next {
        if contents.unread().len() > self.limit { Next::GiveUp } else { Next::AtLeast(1) }
    }
}
