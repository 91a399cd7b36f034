//! Descriptors that are closed while somebody waits for them.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use super::Inner;
use crate::Descriptor;

thread_local! {
    /// The reactors that have been in this thread, few as they are.
    static REACTORS: RefCell<Vec<Weak<Shared>>> = const { RefCell::new(Vec::new()) };
    /// Whether there has been any.
    static ANY: Cell<bool> = const { Cell::new(false) };
    /// What tells this thread from all others that there have been.
    static THREAD: usize = LAST_THREAD.fetch_add(1, Ordering::Relaxed) + 1;
}

static LAST_THREAD: AtomicUsize = AtomicUsize::new(0);

/// What a reactor and the thread that it is in have in common.
///
/// Whoever owns a reactor may move with it to another thread (a Lua state of a program that embeds it, say). The
/// thread that it has left still knows it then, counts it safely, and leaves what is in it alone.
#[derive(Debug)]
pub(super) struct Shared {
    thread: AtomicUsize,
    inner: RefCell<Inner>,
}

impl Shared {
    pub(super) fn new(inner: Inner) -> Arc<Shared> {
        // Only the count is shared between threads.
        #[allow(clippy::arc_with_non_send_sync)]
        let shared = Arc::new(Shared { thread: AtomicUsize::new(0), inner: RefCell::new(inner) });
        shared.settle();
        shared
    }

    /// Lets the reactor hear of the descriptors that this crate opens and closes in this thread.
    pub(super) fn settle(self: &Arc<Shared>) {
        let here = this_thread();
        if self.thread.swap(here, Ordering::Relaxed) != here {
            REACTORS.with_borrow_mut(|reactors| {
                reactors.retain(|reactor| reactor.strong_count() > 0);
                reactors.push(Arc::downgrade(self));
            });
            ANY.set(true);
        }
    }

    #[inline]
    pub(super) fn borrow(&self) -> Ref<'_, Inner> {
        self.inner.borrow()
    }

    #[inline]
    pub(super) fn borrow_mut(&self) -> RefMut<'_, Inner> {
        self.inner.borrow_mut()
    }
}

fn this_thread() -> usize {
    // At the end of the thread no reactor is in it.
    THREAD.try_with(|thread| *thread).unwrap_or(0)
}

/// A descriptor is about to be closed: who waits for it is woken, and nothing that was known of it holds for
/// the next with its number.
#[inline]
pub(crate) fn descriptor_is_closed(descriptor: Descriptor) {
    if ANY.try_with(Cell::get).unwrap_or(false) {
        tell_reactors(|inner| inner.descriptor_changes_hands(descriptor, false));
    }
}

/// A descriptor has been opened. Where its number was that of another, that one has been closed without a
/// word.
#[inline]
pub(crate) fn descriptor_is_opened(descriptor: Descriptor) {
    if ANY.try_with(Cell::get).unwrap_or(false) {
        tell_reactors(|inner| inner.descriptor_changes_hands(descriptor, true));
    }
}

/// Wakes who waits for a descriptor, for a reason that the kernel does not tell.
pub(crate) fn wake_waiters(descriptor: Descriptor) {
    tell_reactors(|inner| inner.wake_waiters(descriptor));
}

#[cold]
fn tell_reactors(tell: impl Fn(&mut Inner)) {
    // At the end of the thread there is nobody to be told.
    let _ = REACTORS.try_with(|reactors| {
        let Ok(reactors) = reactors.try_borrow() else {
            return;
        };
        let here = this_thread();
        for reactor in reactors.iter().filter_map(Weak::upgrade) {
            if reactor.thread.load(Ordering::Relaxed) != here {
                continue;
            }
            // A reactor that is borrowed is in a system call, or closes what it owns itself.
            if let Ok(mut inner) = reactor.inner.try_borrow_mut() {
                tell(&mut inner);
            }
        }
    });
}
