//! The bytes of a stream that have been received and not been read.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::mem::MaybeUninit;

use memchr::memmem::Finder;

use crate::transport::Room;
use crate::{Errno, sys};

/// How much room a receive gets at least, beyond what the read asks for.
const LEAST_ROOM: usize = 4 * 1024;
/// How much room a receive gets at most.
const MOST_ROOM: usize = 64 * 1024;
/// An empty buffer with a larger capacity frees its memory. A buffer with twice the capacity also does so when few
/// bytes are left in it.
const MOST_KEPT: usize = 128 * 1024;

thread_local! {
    /// Memory that an empty buffer has released, for the next buffer that needs some. Where many streams wait, few
    /// have bytes at the same time.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The bytes of a stream that have been received and not been consumed.
///
/// Several callers can share the buffer. While one of them borrows its bytes, operations that would change the buffer
/// fail with `EBUSY`.
///
/// The buffer grows with the bytes that arrive, not with the length that a read asks for, and frees memory after a
/// large record.
#[derive(Debug, Default)]
pub struct ReadBuffer(RefCell<Contents>);

/// Bytes at the front of a [`ReadBuffer`], which does not change while they are borrowed.
pub type Bytes<'a> = Ref<'a, [u8]>;

impl ReadBuffer {
    /// An empty buffer, without memory of its own.
    #[must_use]
    pub fn new() -> ReadBuffer {
        ReadBuffer::default()
    }

    /// How many bytes there are; 0 while an operation changes them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.try_borrow().map_or(0, |contents| contents.unread().len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `length` bytes, or all where there are fewer.
    ///
    /// # Errors
    /// `EBUSY` while an operation changes them.
    pub fn front(&self, length: usize) -> Result<Bytes<'_>, Errno> {
        let contents = self.0.try_borrow().map_err(|_| Errno::BUSY)?;
        Ok(Ref::map(contents, |contents| {
            let unread = contents.unread();
            &unread[..length.min(unread.len())]
        }))
    }

    /// Removes the first `length` bytes, or all where there are fewer.
    ///
    /// # Errors
    /// `EBUSY` while the bytes are borrowed.
    pub fn consume(&self, length: usize) -> Result<(), Errno> {
        self.contents().map(|mut contents| contents.consume(length))
    }

    /// Discards the bytes and frees the memory.
    ///
    /// # Errors
    /// `EBUSY` while the bytes are borrowed.
    pub fn clear(&self) -> Result<(), Errno> {
        self.contents().map(|mut contents| *contents = Contents::default())
    }

    /// How many bytes a read up to this delimiter returns where it must end before the delimiter has arrived: all
    /// but the bytes at the end that can be the beginning of the delimiter.
    #[must_use]
    pub fn len_before(&self, delimiter: &Delimiter) -> usize {
        self.0.try_borrow().map_or(0, |contents| {
            let unread = contents.unread();
            unread.len() - delimiter.prefix_at_end_of(unread)
        })
    }

    #[inline]
    pub(crate) fn contents(&self) -> Result<RefMut<'_, Contents>, Errno> {
        self.0.try_borrow_mut().map_err(|_| Errno::BUSY)
    }
}

/// The part of a stream that a search has covered, as positions in the stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Searched {
    from: u64,
    to: u64,
}

/// What a [`ReadBuffer`] holds.
#[derive(Debug)]
pub struct Contents {
    bytes: Vec<u8>,
    /// How many of `bytes` have been consumed.
    start: usize,
    /// The position of `bytes[start]` in the stream.
    consumed: u64,
    /// How much room the next receive gets.
    room: usize,
}

impl Default for Contents {
    fn default() -> Contents {
        Contents { bytes: Vec::new(), start: 0, consumed: 0, room: LEAST_ROOM }
    }
}

impl Contents {
    #[inline]
    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    #[inline]
    fn consume(&mut self, length: usize) {
        let length = length.min(self.bytes.len() - self.start);
        self.start += length;
        self.consumed += length as u64;
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
            if self.bytes.capacity() > MOST_KEPT {
                self.bytes = Vec::new();
            }
        } else if self.bytes.capacity() > 2 * MOST_KEPT {
            self.shrink();
        }
    }

    /// Moves the unread bytes to less memory, where they are a small part of the capacity: a few bytes
    /// behind a large record can stay for long.
    #[cold]
    fn shrink(&mut self) {
        let unread = self.unread().len();
        let mut rest = Vec::new();
        if unread <= self.bytes.capacity() / 4 && sys::reserve(&mut rest, unread).is_ok() {
            rest.extend_from_slice(self.unread());
            self.bytes = rest;
            self.start = 0;
        }
    }

    /// Releases the memory where it holds no bytes.
    pub(crate) fn release(&mut self) {
        if self.bytes.is_empty() && self.bytes.capacity() > 0 {
            let mut memory = std::mem::take(&mut self.bytes);
            memory.clear();
            if memory.capacity() <= MOST_ROOM {
                // During the teardown of the thread there is no spare memory: this frees it.
                let _ = SPARE.try_with(|spare| spare.set(memory));
            }
        }
    }

    /// The position of the delimiter. The search skips what `searched` covers, unless bytes have been consumed
    /// since.
    #[inline]
    pub(crate) fn find(&self, delimiter: &Delimiter, searched: &mut Searched) -> Option<usize> {
        let unread = self.unread();
        let skip = match searched.from == self.consumed {
            // The position lies in the buffer, so the difference fits.
            true => searched.to.saturating_sub(self.consumed) as usize,
            false => 0,
        };
        let found = unread.get(skip..).and_then(|rest| delimiter.finder.find(rest));
        if found.is_none() {
            let covered = (unread.len() + 1).saturating_sub(delimiter.len()).max(skip);
            *searched = Searched { from: self.consumed, to: self.consumed + covered as u64 };
        }
        found.map(|place| skip + place)
    }

    /// How much room the next receive gets, where the read needs less. The room grows while receives fill it.
    pub(crate) fn room(&self) -> usize {
        self.room
    }

    /// Gives the next receive more room where this one has filled its `room`.
    #[inline]
    pub(crate) fn adapt_room(&mut self, room: usize, received: usize) {
        if received == room && room >= self.room {
            self.room = (self.room * 2).min(MOST_ROOM);
        }
    }

    /// Moves the unread bytes, which are a part of a record, to the front, and reserves `room` behind them.
    #[cold]
    fn make_room(&mut self, room: usize) -> Result<(), Errno> {
        if self.bytes.capacity() == 0 {
            self.bytes = SPARE.try_with(Cell::take).unwrap_or_default();
        }
        let unread = self.unread().len();
        let is_too_large = self.bytes.capacity() > MOST_KEPT.max(4 * (unread + room));
        if is_too_large {
            let mut bytes = Vec::new();
            sys::reserve(&mut bytes, unread + room)?;
            bytes.extend_from_slice(self.unread());
            self.bytes = bytes;
        } else if self.start > 0 {
            self.bytes.copy_within(self.start.., 0);
            self.bytes.truncate(unread);
        }
        self.start = 0;
        sys::reserve(&mut self.bytes, room)
    }
}

/// Received bytes are appended.
impl Room for Contents {
    #[inline]
    fn fill(
        &mut self,
        length: usize,
        receive: impl for<'room> FnOnce(&'room mut [MaybeUninit<u8>]) -> Result<&'room mut [u8], Errno>,
    ) -> Result<usize, Errno> {
        if self.bytes.capacity() - self.bytes.len() < length {
            self.make_room(length)?;
        }
        let received = sys::append(&mut self.bytes, length, receive)?;
        self.adapt_room(length, received);
        Ok(received)
    }
}

/// The bytes that separate the records of a stream, prepared for the search.
#[derive(Clone, Debug)]
pub struct Delimiter {
    finder: Finder<'static>,
}

impl Delimiter {
    /// A delimiter of these bytes; `None` for an empty one.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Delimiter> {
        (!bytes.is_empty()).then(|| Delimiter { finder: Finder::new(bytes).into_owned() })
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.finder.needle()
    }

    /// How many bytes it has, at least 1.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.finder.needle().len()
    }

    /// The length of the longest prefix of the delimiter that `bytes` ends with. The delimiter must not occur in
    /// `bytes`. The time is linear (the algorithm of Knuth, Morris and Pratt).
    fn prefix_at_end_of(&self, bytes: &[u8]) -> usize {
        let needle = self.finder.needle();
        let tail = &bytes[bytes.len().saturating_sub(needle.len() - 1)..];
        // `failure[n]`: the length of the longest proper prefix that the first n + 1 bytes end with.
        let mut failure = vec![0];
        let step = |failure: &[usize], mut matched: usize, byte: u8| {
            while matched > 0 && needle[matched] != byte {
                matched = failure[matched - 1];
            }
            matched + usize::from(needle[matched] == byte)
        };
        for place in 1..tail.len() {
            let matched = failure[place - 1];
            let next = step(&failure, matched, needle[place]);
            failure.push(next);
        }
        tail.iter().fold(0, |matched, byte| step(&failure, matched, *byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(bytes: &[u8]) -> Contents {
        Contents { bytes: bytes.to_vec(), ..Contents::default() }
    }

    fn delimiter(bytes: &[u8]) -> Delimiter {
        Delimiter::new(bytes).expect("a delimiter with bytes")
    }

    #[test]
    fn a_delimiter_is_not_empty() {
        assert!(Delimiter::new(b"").is_none());
    }

    #[test]
    fn a_possible_prefix_of_the_delimiter_is_found() {
        for (bytes, needle, matched) in [
            (&b"abc"[..], &b"\r\n"[..], 0),
            (b"abc\r", b"\r\n", 1),
            (b"xaa", b"aab", 2),
            (b"xaaa", b"aab", 2),
            (b"aba", b"abac", 3),
            (b"abaab", b"abac", 2),
            (b"", b"abac", 0),
            (b"a", b"a-long-one", 1),
            (b"x", b"x", 0),
        ] {
            assert_eq!(
                delimiter(needle).prefix_at_end_of(bytes),
                matched,
                "{}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn a_search_continues_where_it_stopped() {
        let wanted = delimiter(b"aab");
        let mut searched = Searched::default();
        let mut contents = filled(b"xxxaa");
        assert_eq!(contents.find(&wanted, &mut searched), None);
        assert_eq!(searched.to, 3);
        // The search skips this.
        contents.bytes[..3].copy_from_slice(b"aab");
        contents.bytes.extend_from_slice(b"ab");
        assert_eq!(contents.find(&wanted, &mut searched), Some(4));
    }

    #[test]
    fn a_search_starts_again_after_bytes_are_consumed() {
        let wanted = delimiter(b"--");
        let mut searched = Searched::default();
        let mut contents = filled(b"abcdef-");
        assert_eq!(contents.find(&wanted, &mut searched), None);
        contents.consume(5);
        contents.bytes.extend_from_slice(b"-x");
        assert_eq!(contents.find(&wanted, &mut searched), Some(1));
    }

    #[test]
    fn memory_is_freed_after_a_large_record() {
        let mut contents = filled(&vec![7; 1 << 20]);
        contents.consume(1 << 20);
        assert_eq!(contents.bytes.capacity(), 0);
        let mut contents = filled(&vec![7; 1 << 20]);
        contents.consume((1 << 20) - 10);
        assert!(contents.bytes.capacity() < 1024);
        assert_eq!(contents.unread(), [7; 10]);
        contents.make_room(LEAST_ROOM).expect("a little memory");
        assert!(contents.bytes.capacity() < MOST_KEPT);
        assert_eq!(contents.unread(), [7; 10]);
    }

    #[test]
    fn released_memory_is_used_by_the_next_buffer() {
        let (mut one, mut other) = (filled(b""), filled(b""));
        one.make_room(LEAST_ROOM).expect("a little memory");
        let memory = one.bytes.as_ptr();
        one.release();
        assert_eq!(one.bytes.capacity(), 0);
        other.make_room(LEAST_ROOM).expect("a little memory");
        assert_eq!(other.bytes.as_ptr(), memory);
        one.make_room(LEAST_ROOM).expect("a little memory");
        assert_ne!(one.bytes.as_ptr(), memory);
    }

    #[test]
    fn the_rest_of_a_large_record_is_rarely_copied() {
        let mut contents = filled(&vec![7; 1 << 20]);
        let mut copies = 0;
        while !contents.unread().is_empty() {
            let memory = contents.bytes.as_ptr();
            contents.consume(1000);
            copies += usize::from(contents.bytes.as_ptr() != memory);
        }
        assert!(copies <= 4, "{copies}");
    }

    #[test]
    fn borrowed_bytes_do_not_change() {
        let buffer = ReadBuffer(RefCell::new(filled(b"abc")));
        let front = buffer.front(2).expect("no other borrow");
        assert_eq!(&*front, b"ab");
        assert_eq!(buffer.consume(1), Err(Errno::BUSY));
        assert_eq!(buffer.clear(), Err(Errno::BUSY));
        drop(front);
        assert_eq!(buffer.consume(1), Ok(()));
        assert_eq!(buffer.len(), 2);
    }
}
