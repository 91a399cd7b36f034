//! Descriptors that are closed while waiters wait for them.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use super::Inner;
use crate::Descriptor;

thread_local! {
    /// The reactors that have been bound to this thread. They are few.
    static REACTORS: RefCell<Vec<Weak<ReactorCell>>> = const { RefCell::new(Vec::new()) };
    /// Whether there has been any.
    static ANY: Cell<bool> = const { Cell::new(false) };
    /// The number of this thread, which no other thread of the process has had.
    static THREAD: usize = LAST_THREAD.fetch_add(1, Ordering::Relaxed) + 1;
}

static LAST_THREAD: AtomicUsize = AtomicUsize::new(0);

/// What a reactor and the list of its thread share.
///
/// The owner of a reactor can move with it to another thread (a Lua state of a program that embeds Moonwire, for
/// instance). The list of the thread that it has left still counts the reactor, and does not borrow it.
#[derive(Debug)]
pub(super) struct ReactorCell {
    thread: AtomicUsize,
    inner: RefCell<Inner>,
}

impl ReactorCell {
    pub(super) fn new(inner: Inner) -> Arc<ReactorCell> {
        // Only the count is shared between threads.
        #[allow(clippy::arc_with_non_send_sync)]
        let shared =
            Arc::new(ReactorCell { thread: AtomicUsize::new(0), inner: RefCell::new(inner) });
        shared.adopt_thread();
        shared
    }

    /// Binds the reactor to this thread: it hears of the descriptors that this crate opens and closes here.
    pub(super) fn adopt_thread(self: &Arc<ReactorCell>) {
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
    // While the thread ends, no reactor is bound to it.
    THREAD.try_with(|thread| *thread).unwrap_or(0)
}

/// Must be called before a descriptor is closed: its waiters are woken, and its number begins a new generation.
#[inline]
pub(crate) fn descriptor_is_closed(descriptor: Descriptor) {
    if ANY.try_with(Cell::get).unwrap_or(false) {
        for_each_reactor(|inner| inner.descriptor_reused(descriptor, false));
    }
}

/// Must be called when a descriptor has been opened. A descriptor that had its number before was closed without
/// this crate.
#[inline]
pub(crate) fn descriptor_is_opened(descriptor: Descriptor) {
    if ANY.try_with(Cell::get).unwrap_or(false) {
        for_each_reactor(|inner| inner.descriptor_reused(descriptor, true));
    }
}

/// Wakes the waiters of a descriptor for a reason that the kernel does not report.
pub(crate) fn wake_waiters(descriptor: Descriptor) {
    for_each_reactor(|inner| inner.wake_waiters(descriptor));
}

#[cold]
fn for_each_reactor(act: impl Fn(&mut Inner)) {
    // While the thread ends, the list is gone, and with it the reactors.
    let _ = REACTORS.try_with(|reactors| {
        let Ok(reactors) = reactors.try_borrow() else {
            return;
        };
        let here = this_thread();
        for reactor in reactors.iter().filter_map(Weak::upgrade) {
            if reactor.thread.load(Ordering::Relaxed) != here {
                continue;
            }
            // A reactor that is borrowed makes a system call, or closes a descriptor of its own.
            if let Ok(mut inner) = reactor.inner.try_borrow_mut() {
                act(&mut inner);
            }
        }
    });
}
