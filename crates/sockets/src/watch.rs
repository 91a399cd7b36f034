//! Many sockets that one program waits for repeatedly.
//!
//! [`operation::Watch`](crate::operation::Watch) is the wait.

use std::cell::{Cell, RefCell};
use std::os::fd::{AsRawFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use crate::reactor::{descriptor_is_closed, descriptor_is_opened, wake_waiters};
use crate::sys::WatchEvents;
use crate::{Descriptor, Errno, PollEntry, sys};

/// Sockets that the kernel watches also between waits, `epoll(7)`. The cost of a wait depends on the ready sockets
/// only, where `poll(2)` inspects every socket.
///
/// The kernel watches the open socket, not its number. So a [`Watched`] must be dropped before its descriptor is
/// closed.
#[derive(Debug)]
pub struct WatchSet {
    watcher: OwnedFd,
    /// The process that made the set. A forked child shares the kernel's part of the set, and must not change it.
    process: u32,
    slots: RefCell<Slots>,
    /// How many slots the kernel watches.
    watched: Cell<usize>,
    found: RefCell<WatchEvents>,
    /// Whether a wait uses the set.
    in_use: Cell<bool>,
    /// Which sockets have left the set during that wait.
    changes: RefCell<Changes>,
}

/// How a socket leaves the set.
#[derive(Clone, Copy)]
enum Change {
    Closed,
    Released,
}

/// The sockets that have left a set during a wait.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The closed ones.
    pub(crate) closed: Vec<Descriptor>,
    /// Whether an open socket has left the set.
    pub(crate) is_incomplete: bool,
}

/// Why a wait cannot or should not use a [`WatchSet`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotWatched {
    /// So many entries differ from those of the last wait that `poll(2)` is cheaper.
    TooManyChanges,
    /// The set cannot be used: two entries name the same descriptor and event, another wait uses the set, the process
    /// has forked, or the kernel refuses.
    Unsuitable,
}

/// The state of a descriptor; the index of the slot is its number.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The events that the kernel watches; 0 for none.
    watched: i16,
    /// The events to watch, and the entries of the descriptor, in the wait with the number `round`.
    wanted: i16,
    round: u64,
    entries: [u32; 2],
}

#[derive(Debug, Default)]
struct Slots {
    list: Vec<Slot>,
    round: u64,
}

/// A socket in a [`WatchSet`]. When this is dropped, the socket counts as closed, and a wait for it does what its
/// [`OnClose`](crate::operation::OnClose) says.
#[derive(Debug)]
pub struct Watched {
    set: Rc<WatchSet>,
    descriptor: Descriptor,
    is_released: Cell<bool>,
}

impl Watched {
    /// Lets `set` watch the socket.
    #[must_use]
    pub fn new(set: Rc<WatchSet>, descriptor: Descriptor) -> Watched {
        Watched { set, descriptor, is_released: Cell::new(false) }
    }

    /// Takes the socket, which stays open, out of the set. A wait that uses the set continues without it, and still
    /// learns when the socket is closed.
    pub fn release(&self) {
        if !self.is_released.replace(true) {
            self.set.remove(self.descriptor, Change::Released);
        }
    }

    /// Whether the socket has been taken out of the set.
    #[must_use]
    pub fn is_released(&self) -> bool {
        self.is_released.get()
    }

    /// The set.
    #[must_use]
    pub fn set(&self) -> &Rc<WatchSet> {
        &self.set
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        match self.is_released() {
            true => self.set.notify(self.descriptor, Change::Closed),
            false => self.set.remove(self.descriptor, Change::Closed),
        }
    }
}

impl WatchSet {
    /// An empty set.
    ///
    /// # Errors
    /// That of `epoll_create1(2)`.
    pub fn new() -> Result<Rc<WatchSet>, Errno> {
        let watcher = sys::watcher()?;
        descriptor_is_opened(Descriptor::from_number(watcher.as_raw_fd()));
        Ok(Rc::new(WatchSet {
            watcher,
            process: std::process::id(),
            slots: RefCell::default(),
            watched: Cell::new(0),
            found: RefCell::default(),
            in_use: Cell::new(false),
            changes: RefCell::default(),
        }))
    }

    /// A descriptor that becomes readable when one of the sockets is ready.
    pub(crate) fn descriptor(&self) -> Descriptor {
        Descriptor::from_number(self.watcher.as_raw_fd())
    }

    /// Has the kernel watch what the entries name, and nothing else, until
    /// [`release`](Self::release). Each descriptor must be -1 or that of an open socket with a [`Watched`].
    /// `most_changes` is how many entries may differ from those of the last wait.
    pub(crate) fn prepare(
        &self,
        entries: &[PollEntry],
        most_changes: usize,
    ) -> Result<(), NotWatched> {
        if self.in_use.get() || self.process != std::process::id() {
            return Err(NotWatched::Unsuitable);
        }
        let mut slots = self.slots.borrow_mut();
        let changes = slots.want(entries, self.watched.get()).ok_or(NotWatched::Unsuitable)?;
        if changes > most_changes {
            return Err(NotWatched::TooManyChanges);
        }
        if changes > 0 {
            let round = slots.round;
            for (slot, number) in slots.list.iter_mut().zip(0..) {
                let wanted = if slot.round == round { slot.wanted } else { 0 };
                if wanted != slot.watched {
                    self.change(number, slot, wanted).map_err(|_| NotWatched::Unsuitable)?;
                }
            }
        }
        self.in_use.set(true);
        self.changes.take();
        Ok(())
    }

    /// Ends the use of the set by a wait.
    pub(crate) fn release(&self) {
        self.in_use.set(false);
    }

    fn change(&self, number: i32, slot: &mut Slot, events: i16) -> Result<(), Errno> {
        let before = slot.watched;
        sys::watch(self.descriptor(), Descriptor::from_number(number), before, events)?;
        slot.watched = events;
        let watched = self.watched.get() + usize::from(before == 0);
        self.watched.set(watched - usize::from(events == 0));
        Ok(())
    }

    fn remove(&self, descriptor: Descriptor, change: Change) {
        let Ok(mut slots) = self.slots.try_borrow_mut() else {
            return;
        };
        let slot = usize::try_from(descriptor.number()).ok().and_then(|at| slots.list.get_mut(at));
        let Some(slot) = slot.filter(|slot| slot.watched != 0) else {
            return;
        };
        // A child that closes its copy of the descriptor leaves the parent's set as it is.
        let is_ours = self.process == std::process::id();
        if !is_ours || self.change(descriptor.number(), slot, 0).is_err() {
            self.watched.set(self.watched.get() - 1);
        }
        *slot = Slot::default();
        drop(slots);
        self.notify(descriptor, change);
    }

    /// Notifies the wait that uses the set that a socket has left it.
    fn notify(&self, descriptor: Descriptor, change: Change) {
        if !self.in_use.get() {
            return;
        }
        match change {
            Change::Closed => self.changes.borrow_mut().closed.push(descriptor),
            Change::Released => self.changes.borrow_mut().is_incomplete = true,
        }
        wake_waiters(self.descriptor());
    }

    /// Returns the sockets that have left the set since the last call, or since the wait began.
    pub(crate) fn take_changes(&self) -> Changes {
        self.changes.take()
    }

    /// Stores the events that have occurred in the entries that [`prepare`](Self::prepare) was given. This does not
    /// wait. The result is how many entries are ready.
    pub(crate) fn collect_ready(&self, entries: &mut [PollEntry]) -> Result<usize, Errno> {
        let mut found = self.found.borrow_mut();
        sys::watched(
            self.descriptor(),
            self.watched.get().max(1),
            Some(Duration::ZERO),
            &mut found,
        )?;
        let slots = self.slots.borrow();
        let mut ready = 0;
        for (number, events) in found.iter() {
            let descriptor = Descriptor::from_number(number as i32);
            let slot = usize::try_from(descriptor.number()).ok().and_then(|at| slots.list.get(at));
            for place in slot.into_iter().flat_map(|slot| slot.entries) {
                let entry = entries.get_mut(place as usize);
                let Some(entry) = entry.filter(|entry| entry.descriptor() == descriptor) else {
                    continue;
                };
                let unasked = crate::events::ERR | crate::events::HUP | crate::events::NVAL;
                entry.returned = events & (entry.events | unasked);
                ready += usize::from(entry.returned != 0);
            }
        }
        Ok(ready)
    }
}

impl Drop for WatchSet {
    fn drop(&mut self) {
        // A reactor must not keep the watcher's readiness for the next descriptor with its number.
        descriptor_is_closed(self.descriptor());
    }
}

/// Marks a slot without a second entry.
const NO_ENTRY: u32 = u32::MAX;

impl Slots {
    /// Stores which events the entries want. The result is how many slots have to change; `None` where a
    /// descriptor has two entries for the same events.
    fn want(&mut self, entries: &[PollEntry], watched: usize) -> Option<usize> {
        self.round += 1;
        // The slots of this wait that were watched before, and those that have to change.
        let (mut kept, mut changed) = (0_usize, 0);
        for (entry, place) in entries.iter().zip(0..) {
            let Ok(number) = usize::try_from(entry.descriptor().number()) else {
                continue;
            };
            if number >= self.list.len() {
                self.list.resize(number + 1, Slot::default());
            }
            let slot = &mut self.list[number];
            if slot.round != self.round {
                *slot = Slot {
                    watched: slot.watched,
                    wanted: entry.events,
                    round: self.round,
                    entries: [place, NO_ENTRY],
                };
                kept += usize::from(slot.watched != 0);
                changed += usize::from(slot.watched != slot.wanted);
            } else {
                if slot.wanted & entry.events != 0 {
                    return None;
                }
                changed -= usize::from(slot.watched != slot.wanted);
                slot.wanted |= entry.events;
                slot.entries[1] = place;
                changed += usize::from(slot.watched != slot.wanted);
            }
        }
        Some(changed + (watched - kept))
    }
}
