//! Memory that the kernel fills, lent without being cleared first.

use std::cell::Cell;
use std::fmt;
use std::io::Write;
use std::mem::{self, MaybeUninit};

use super::append::append;
use super::transfer::written;
use crate::Errno;
use crate::transport::Room;

/// What fits without a heap allocation.
const INLINE: usize = 8192;

/// The most heap memory that is kept from one value to the next: what a datagram may have.
const MOST_KEPT: usize = 64 * 1024;

thread_local! {
    /// Heap memory of the last value that had some.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Memory into which operations receive, lent from call to call.
///
/// Up to 8 KiB lie in the value itself, so that a receive of usual size allocates nothing; a larger
/// one takes a heap buffer that is kept for the next, also by another value of the same thread. A value
/// holds the result of one operation at a time.
pub struct Scratch {
    /// Invariant: the first `filled` bytes are initialised unless `in_heap`.
    inline: [MaybeUninit<u8>; INLINE],
    heap: Vec<u8>,
    filled: usize,
    in_heap: bool,
}

impl Scratch {
    /// Scratch memory that has allocated nothing.
    #[must_use]
    #[inline(always)]
    pub fn new() -> Scratch {
        Scratch {
            inline: [const { MaybeUninit::uninit() }; INLINE],
            heap: Vec::new(),
            filled: 0,
            in_heap: false,
        }
    }

    /// Whether there is heap memory to be freed.
    #[must_use]
    #[inline]
    pub const fn owns_memory(&self) -> bool {
        self.heap.capacity() > 0
    }

    /// Lends room for `length` bytes to `receive`, which returns the beginning of that room that
    /// it has written, and remembers how much that was.
    ///
    /// # Errors
    /// What `receive` returns, and `ENOMEM`.
    #[inline(always)]
    pub fn fill(
        &mut self,
        length: usize,
        receive: impl for<'room> FnOnce(&'room mut [MaybeUninit<u8>]) -> Result<&'room mut [u8], Errno>,
    ) -> Result<usize, Errno> {
        self.filled = 0;
        self.in_heap = length > INLINE;
        if self.in_heap {
            return self.fill_heap(length, receive);
        }
        let room = &mut self.inline[..length];
        let start = room.as_ptr().cast::<u8>();
        let written = receive(room)?;
        // Bytes that start where the room starts prove that as many of the room are initialised.
        if std::ptr::eq(written.as_ptr(), start) && written.len() <= length {
            self.filled = written.len();
        }
        Ok(self.filled)
    }

    #[inline(never)]
    fn fill_heap(
        &mut self,
        length: usize,
        receive: impl for<'room> FnOnce(&'room mut [MaybeUninit<u8>]) -> Result<&'room mut [u8], Errno>,
    ) -> Result<usize, Errno> {
        if self.heap.capacity() == 0 {
            self.heap = SPARE.try_with(Cell::take).unwrap_or_default();
        }
        self.heap.clear();
        // The length is the program's wish: what is too much for this machine must not end it.
        self.heap.try_reserve_exact(length).map_err(|_| Errno::NOMEM)?;
        self.filled = append(&mut self.heap, length, receive)?;
        Ok(self.filled)
    }

    /// Replaces the result by a text.
    pub fn format(&mut self, text: fmt::Arguments<'_>) -> &[u8] {
        self.heap.clear();
        self.in_heap = true;
        // Writing to a vector cannot fail; a `Display` that fails leaves what it has written.
        let _ = self.heap.write_fmt(text);
        self.filled = self.heap.len();
        &self.heap
    }

    /// Replaces the result by a copy of `bytes`.
    #[inline]
    pub fn keep(&mut self, bytes: &[u8]) {
        self.filled = bytes.len();
        self.in_heap = bytes.len() > INLINE;
        if self.in_heap {
            self.heap.clear();
            self.heap.extend_from_slice(bytes);
        } else {
            copy_to(&mut self.inline[..bytes.len()], bytes);
        }
    }

    /// Replaces the result by `bytes`, which are not copied.
    pub fn replace(&mut self, bytes: Vec<u8>) {
        self.filled = bytes.len();
        self.in_heap = true;
        self.heap = bytes;
    }

    /// Replaces the result by what `write` appends to an empty buffer.
    pub fn build(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> &[u8] {
        self.heap.clear();
        self.in_heap = true;
        write(&mut self.heap);
        self.filled = self.heap.len();
        &self.heap
    }

    /// The result of the last operation, and a copy of `more` in the memory behind it.
    pub fn filled_with(&mut self, more: &[u8]) -> (&[u8], &[u8]) {
        let filled = self.filled;
        if !self.in_heap {
            match self.inline.get_mut(filled..filled + more.len()) {
                Some(room) => {
                    copy_to(room, more);
                    self.filled += more.len();
                }
                None => {
                    self.heap = self.filled().to_vec();
                    self.in_heap = true;
                }
            }
        }
        if self.in_heap {
            self.heap.extend_from_slice(more);
        }
        self.filled().split_at(filled)
    }

    /// The result of the last operation.
    #[must_use]
    #[inline]
    pub fn filled(&self) -> &[u8] {
        if self.in_heap {
            return &self.heap;
        }
        let filled = &self.inline[..self.filled];
        // SAFETY: `fill` sets `filled` to no more than what it was shown to be initialised.
        unsafe { &*(std::ptr::from_ref(filled) as *const [u8]) }
    }
}

/// Received bytes replace the result of the last operation.
impl Room for Scratch {
    #[inline(always)]
    fn fill(
        &mut self,
        length: usize,
        receive: impl for<'room> FnOnce(&'room mut [MaybeUninit<u8>]) -> Result<&'room mut [u8], Errno>,
    ) -> Result<usize, Errno> {
        Scratch::fill(self, length, receive)
    }
}

/// Copies `bytes` to the beginning of `room`, as many as fit, and returns the copy.
pub fn copy_to<'room>(room: &'room mut [MaybeUninit<u8>], bytes: &[u8]) -> &'room mut [u8] {
    let length = room.len().min(bytes.len());
    for (place, byte) in room.iter_mut().zip(bytes) {
        place.write(*byte);
    }
    // SAFETY: the loop has written as many bytes as the shorter of the two has.
    unsafe { written(room, length) }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if (INLINE..=MOST_KEPT).contains(&self.heap.capacity()) {
            let memory = mem::take(&mut self.heap);
            // At the end of the thread there is no next.
            let _ = SPARE.try_with(|spare| spare.set(memory));
        }
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_results_stay_inline() {
        let mut scratch = Scratch::new();
        let filled = scratch.fill(5, |room| Ok(copy_to(room, b"abc")));
        assert_eq!(filled, Ok(3));
        assert_eq!(scratch.filled(), b"abc");
        assert!(!scratch.owns_memory());
    }

    #[test]
    fn large_results_use_the_heap() {
        let mut scratch = Scratch::new();
        let filled = scratch.fill(INLINE + 1, |room| Ok(copy_to(room, &[7; INLINE + 1])));
        assert_eq!(filled, Ok(INLINE + 1));
        assert_eq!(scratch.filled(), [7; INLINE + 1]);
        assert!(scratch.owns_memory());
    }

    #[test]
    fn bytes_from_elsewhere_are_no_proof() {
        let mut scratch = Scratch::new();
        let filled = scratch.fill(5, |_| Ok(Box::leak(Box::new(*b"abc")).as_mut_slice()));
        assert_eq!(filled, Ok(0));
        assert_eq!(scratch.filled(), b"");
    }

    #[test]
    fn a_failed_receive_leaves_nothing() {
        let mut scratch = Scratch::new();
        assert_eq!(scratch.fill(5, |room| Ok(copy_to(room, b"abc"))), Ok(3));
        assert_eq!(scratch.fill(5, |_| Err(Errno::NOMSG)), Err(Errno::NOMSG));
        assert_eq!(scratch.filled(), b"");
    }

    #[test]
    fn a_length_without_memory_for_it_is_an_error() {
        let mut scratch = Scratch::new();
        assert_eq!(scratch.fill(usize::MAX, |room| Ok(copy_to(room, b"abc"))), Err(Errno::NOMEM));
        assert_eq!(scratch.filled(), b"");
    }

    #[test]
    fn more_is_kept_behind_the_result() {
        for length in [0, 3, INLINE - 2, INLINE, INLINE + 1] {
            let mut scratch = Scratch::new();
            let bytes = vec![7; length];
            assert_eq!(scratch.fill(length, |room| Ok(copy_to(room, &bytes))), Ok(length));
            assert_eq!(scratch.filled_with(b"more"), (&bytes[..], &b"more"[..]), "{length}");
        }
    }

    #[test]
    fn texts_of_any_length_are_whole() {
        let mut scratch = Scratch::new();
        let long = "x".repeat(INLINE * 2);
        assert_eq!(scratch.format(format_args!("{long}!")).len(), INLINE * 2 + 1);
    }
}
