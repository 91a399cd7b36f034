//! Ending the wait of a thread from a signal handler.
//!
//! A wait goes on after a signal (`EINTR`). Where the signal's handler has asked for an interruption, the
//! wait fails with `EINTR`, and so does every further one of the thread until the interruption is taken.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the interruption of any thread has been asked for. Other threads read this alone.
static IS_REQUESTED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether the interruption of this thread has been asked for.
    static IS_MINE: Cell<bool> = const { Cell::new(false) };
}

/// Asks for the interruption of the calling thread. A signal handler can call this.
pub fn request_interruption() {
    IS_MINE.set(true);
    IS_REQUESTED.store(true, Ordering::Relaxed);
}

/// Whether the interruption of this thread has been asked for and not been taken.
#[inline]
#[must_use]
pub fn is_interrupted() -> bool {
    IS_REQUESTED.load(Ordering::Relaxed) && IS_MINE.get()
}

/// Takes the interruption of this thread: whether it was asked for. Waits of the thread go on again.
pub fn take_interruption() -> bool {
    let was_requested = is_interrupted();
    if was_requested {
        IS_REQUESTED.store(false, Ordering::Relaxed);
        IS_MINE.set(false);
    }
    was_requested
}
