//! What a call owns while Lua runs within it.
//!
//! Lua may run a finaliser wherever it allocates, so also where a call of ours makes its results. Where the
//! finaliser waits, its C stack is parked with the frames of that call on it, and at the end of the Lua state
//! no frame on a parked stack is unwound. What such a frame owns beside memory is listed here, to be dropped
//! then: the list lies in the frames themselves, one list on each stack.

use std::cell::Cell;
use std::ptr;

/// An entry of the list, at the beginning of a [`Place`].
struct Entry {
    outer: *const Entry,
    release: unsafe fn(*const Entry),
}

#[repr(C)]
struct Place<'a, T> {
    entry: Entry,
    value: &'a Cell<Option<T>>,
}

thread_local! {
    /// The innermost entry on the stack that runs.
    static INNERMOST: Cell<*const Entry> = const { Cell::new(ptr::null()) };
}

/// Puts the list back as it was, also where the frame is left by a panic.
struct Leave(*const Entry);

impl Drop for Leave {
    fn drop(&mut self) {
        INNERMOST.set(self.0);
    }
}

/// Runs something that may run Lua code, while this frame owns `value`.
pub(super) fn holding<T, R>(value: &Cell<Option<T>>, run: impl FnOnce() -> R) -> R {
    unsafe fn release<T>(entry: *const Entry) {
        // SAFETY: the entry is the beginning of a place of this type, whose frame is still there.
        let place = unsafe { &*entry.cast::<Place<'_, T>>() };
        drop(place.value.take());
    }
    let outer = INNERMOST.get();
    let place = Place { entry: Entry { outer, release: release::<T> }, value };
    let _leave = Leave(outer);
    INNERMOST.set(ptr::from_ref(&place).cast());
    run()
}

/// The list of the stack that runs, for as long as another one runs.
pub(super) struct List(*const Entry);

/// Begins the list of a stack that is about to run. The list of the one that enters it is returned.
pub(super) fn begin() -> List {
    List(INNERMOST.replace(ptr::null()))
}

/// The list of the stack that runs and is about to be parked.
pub(super) fn current() -> List {
    List(INNERMOST.get())
}

/// Lets the stack whose list this is go on.
// It may go on in another thread, so the address of the thread-local must not be kept from before.
#[inline(never)]
pub(super) fn go_on(list: List) {
    INNERMOST.set(list.0);
}

/// Drops what the frames of this stack own, which nobody comes back to.
pub(crate) fn release_held() {
    let mut entry = INNERMOST.replace(ptr::null());
    // SAFETY: each entry lies in a frame of this stack that has not been left.
    while let Some(Entry { outer, release }) = unsafe { entry.as_ref() } {
        // SAFETY: the function that belongs to the entry.
        unsafe { release(entry) };
        entry = *outer;
    }
}
