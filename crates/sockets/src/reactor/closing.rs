//! Descriptors that are closed while somebody waits for them.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::Inner;
use crate::Descriptor;

thread_local! {
    /// The reactors of this thread, few as they are.
    static REACTORS: RefCell<Vec<Weak<RefCell<Inner>>>> = const { RefCell::new(Vec::new()) };
    /// Whether there has been any.
    static ANY: Cell<bool> = const { Cell::new(false) };
}

/// Lets a reactor hear of the descriptors that this crate opens and closes in this thread.
pub(super) fn watch(reactor: &Rc<RefCell<Inner>>) {
    REACTORS.with_borrow_mut(|reactors| {
        reactors.retain(|reactor| reactor.strong_count() > 0);
        reactors.push(Rc::downgrade(reactor));
    });
    ANY.set(true);
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
        for reactor in reactors.iter().filter_map(Weak::upgrade) {
            // A reactor that is borrowed is in a system call, or closes what it owns itself.
            if let Ok(mut inner) = reactor.try_borrow_mut() {
                tell(&mut inner);
            }
        }
    });
}
