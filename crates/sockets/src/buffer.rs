//! What has been received from a stream and not been asked for yet.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::mem::MaybeUninit;

use memchr::memmem::Finder;

use crate::transport::Room;
use crate::{Errno, sys};

/// The least room for what a receive may find beyond what was asked for.
const LEAST_ROOM: usize = 4 * 1024;
/// The most.
const MOST_ROOM: usize = 64 * 1024;
/// An empty buffer of more than this gives its memory back, one of twice as much also when little is
/// left in it.
const MOST_KEPT: usize = 128 * 1024;

thread_local! {
    /// Memory that a buffer has given back, for the next that needs some: where many streams wait, few have
    /// something to read at a time.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The bytes of a stream that have been received and not been consumed.
///
/// Users share it. Whoever looks at its bytes keeps it as it is for that time: operations that would
/// change it meanwhile fail with `EBUSY`, so none waits for itself.
///
/// It grows by what arrives, whatever is asked for, and gives memory back after a large record.
#[derive(Debug, Default)]
pub struct ReadBuffer(RefCell<Contents>);

/// Bytes at the front of a [`ReadBuffer`], which does not change while they are held.
pub type Bytes<'a> = Ref<'a, [u8]>;

impl ReadBuffer {
    /// An empty buffer, without memory of its own.
    #[must_use]
    pub fn new() -> ReadBuffer {
        ReadBuffer::default()
    }

    /// How many bytes there are; 0 where somebody else is changing them.
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
    /// `EBUSY` where somebody else is changing them.
    pub fn front(&self, length: usize) -> Result<Bytes<'_>, Errno> {
        let contents = self.0.try_borrow().map_err(|_| Errno::BUSY)?;
        Ok(Ref::map(contents, |contents| {
            let unread = contents.unread();
            &unread[..length.min(unread.len())]
        }))
    }

    /// Takes the first `length` bytes out, or all where there are fewer.
    ///
    /// # Errors
    /// `EBUSY` where somebody else holds them.
    pub fn consume(&self, length: usize) -> Result<(), Errno> {
        self.contents().map(|mut contents| contents.consume(length))
    }

    /// Forgets the bytes and gives the memory back.
    ///
    /// # Errors
    /// `EBUSY` where somebody else holds them.
    pub fn clear(&self) -> Result<(), Errno> {
        self.contents().map(|mut contents| *contents = Contents::default())
    }

    /// How many bytes a read for this delimiter may give out when it must end before the delimiter
    /// has come: all but those at the end that may be the delimiter's beginning.
    #[must_use]
    pub fn len_before(&self, delimiter: &Delimiter) -> usize {
        self.0.try_borrow().map_or(0, |contents| {
            let unread = contents.unread();
            unread.len() - delimiter.begun_in(unread)
        })
    }

    #[inline]
    pub(crate) fn contents(&self) -> Result<RefMut<'_, Contents>, Errno> {
        self.0.try_borrow_mut().map_err(|_| Errno::BUSY)
    }
}

/// Where a search has come to, as places in the stream.
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
    /// How many bytes of the stream came before `bytes[start]`.
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
            self.give_back();
        }
    }

    /// Keeps no more memory than what is left needs, where that is a small part of it: a few bytes
    /// behind a large record may stay for long.
    #[cold]
    fn give_back(&mut self) {
        let unread = self.unread().len();
        let mut rest = Vec::new();
        if unread <= self.bytes.capacity() / 4 && sys::reserve(&mut rest, unread).is_ok() {
            rest.extend_from_slice(self.unread());
            self.bytes = rest;
            self.start = 0;
        }
    }

    /// Gives the memory back that holds nothing.
    pub(crate) fn release(&mut self) {
        if self.bytes.is_empty() && self.bytes.capacity() > 0 {
            let mut memory = std::mem::take(&mut self.bytes);
            memory.clear();
            if memory.capacity() <= MOST_ROOM {
                // At the end of the thread it is freed.
                let _ = SPARE.try_with(|spare| spare.set(memory));
            }
        }
    }

    /// The place of the delimiter. What `searched` has gone over is not looked at again, unless
    /// somebody else has consumed from the buffer since.
    #[inline]
    pub(crate) fn find(&self, delimiter: &Delimiter, searched: &mut Searched) -> Option<usize> {
        let unread = self.unread();
        let skip = match searched.from == self.consumed {
            // A place in the stream that lies in the buffer: the difference is below its length.
            true => searched.to.saturating_sub(self.consumed) as usize,
            false => 0,
        };
        let found = unread.get(skip..).and_then(|rest| delimiter.finder.find(rest));
        if found.is_none() {
            let gone_over = (unread.len() + 1).saturating_sub(delimiter.len()).max(skip);
            *searched = Searched { from: self.consumed, to: self.consumed + gone_over as u64 };
        }
        found.map(|place| skip + place)
    }

    /// Room for what has arrived, where no more than some is needed: it grows while it is filled.
    pub(crate) fn room(&self) -> usize {
        self.room
    }

    /// Gives the next receive more room where one has filled all of its `room`.
    #[inline]
    pub(crate) fn learn(&mut self, room: usize, received: usize) {
        if received == room && room >= self.room {
            self.room = (self.room * 2).min(MOST_ROOM);
        }
    }

    /// Moves the bytes to the front, which are fewer than the record that is being read has, and
    /// then sees that there is room behind them.
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

/// Received bytes go behind those that are there.
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
        self.learn(length, received);
        Ok(received)
    }
}

/// The bytes between two records of a stream, prepared for the search.
#[derive(Clone, Debug)]
pub struct Delimiter {
    finder: Finder<'static>,
}

impl Delimiter {
    /// A delimiter of these bytes; `None` where there are none.
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

    /// How many bytes at the end of `bytes`, in which it does not lie, may be its beginning. Each
    /// byte is looked at a bounded number of times (the automaton of Knuth, Morris and Pratt).
    fn begun_in(&self, bytes: &[u8]) -> usize {
        let needle = self.finder.needle();
        let tail = &bytes[bytes.len().saturating_sub(needle.len() - 1)..];
        // `falls_back[n]`: how many of its first bytes the first n + 1 bytes end with.
        let mut falls_back = vec![0];
        let step = |falls_back: &[usize], mut begun: usize, byte: u8| {
            while begun > 0 && needle[begun] != byte {
                begun = falls_back[begun - 1];
            }
            begun + usize::from(needle[begun] == byte)
        };
        for place in 1..tail.len() {
            let begun = falls_back[place - 1];
            let next = step(&falls_back, begun, needle[place]);
            falls_back.push(next);
        }
        tail.iter().fold(0, |begun, byte| step(&falls_back, begun, *byte))
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
    fn a_delimiter_has_bytes() {
        assert!(Delimiter::new(b"").is_none());
    }

    #[test]
    fn what_may_be_the_beginning_is_held_back() {
        for (bytes, needle, begun) in [
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
            assert_eq!(delimiter(needle).begun_in(bytes), begun, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_search_goes_on_where_it_stopped() {
        let wanted = delimiter(b"aab");
        let mut searched = Searched::default();
        let mut contents = filled(b"xxxaa");
        assert_eq!(contents.find(&wanted, &mut searched), None);
        assert_eq!(searched.to, 3);
        // What it has gone over is not looked at again.
        contents.bytes[..3].copy_from_slice(b"aab");
        contents.bytes.extend_from_slice(b"ab");
        assert_eq!(contents.find(&wanted, &mut searched), Some(4));
    }

    #[test]
    fn a_search_begins_anew_where_others_have_consumed() {
        let wanted = delimiter(b"--");
        let mut searched = Searched::default();
        let mut contents = filled(b"abcdef-");
        assert_eq!(contents.find(&wanted, &mut searched), None);
        contents.consume(5);
        contents.bytes.extend_from_slice(b"-x");
        assert_eq!(contents.find(&wanted, &mut searched), Some(1));
    }

    #[test]
    fn memory_comes_back_after_a_large_record() {
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
    fn what_one_gives_back_the_next_takes() {
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
    fn what_is_left_of_much_is_not_copied_again_and_again() {
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
    fn who_looks_at_the_bytes_keeps_them() {
        let buffer = ReadBuffer(RefCell::new(filled(b"abc")));
        let front = buffer.front(2).expect("nobody else looks");
        assert_eq!(&*front, b"ab");
        assert_eq!(buffer.consume(1), Err(Errno::BUSY));
        assert_eq!(buffer.clear(), Err(Errno::BUSY));
        drop(front);
        assert_eq!(buffer.consume(1), Ok(()));
        assert_eq!(buffer.len(), 2);
    }
}
