//! Many sockets that are waited for again and again.
//!
//! [`operation::Watch`](crate::operation::Watch) is the wait.

use std::cell::{Cell, RefCell};
use std::os::fd::{AsRawFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use crate::reactor::{descriptor_is_closed, descriptor_is_opened, wake_waiters};
use crate::sys::WatchEvents;
use crate::{Descriptor, Errno, PollEntry, sys};

/// Sockets that the kernel goes on watching between calls, `epoll(7)`. Waiting for any of them costs
/// what the ready ones cost, where `poll(2)` looks at each.
///
/// The kernel watches what is behind a number, not the number. So a socket stays in the set for as
/// long as its [`Watched`] lives, which must end before the descriptor is closed.
#[derive(Debug)]
pub struct WatchSet {
    watcher: OwnedFd,
    /// A child process shares the kernel's part of the set, and must not change it.
    process: u32,
    slots: RefCell<Slots>,
    /// How many slots are watched for something.
    watched: Cell<usize>,
    found: RefCell<WatchEvents>,
    /// Whether somebody waits for what the set has been prepared for.
    in_use: Cell<bool>,
    /// What has become of sockets meanwhile.
    changes: RefCell<Changes>,
}

/// What can become of a socket.
#[derive(Clone, Copy)]
enum Change {
    Closed,
    Released,
}

/// What has become of the sockets of a set that is in use.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Those that have been closed.
    pub(crate) closed: Vec<Descriptor>,
    /// Whether the set does not watch an open one any more.
    pub(crate) is_incomplete: bool,
}

/// Why a [`WatchSet`] is not used for some entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotWatched {
    /// So many entries have changed that `poll(2)` is cheaper.
    TooManyChanges,
    /// It cannot be: two entries name the same descriptor and event, somebody waits for other
    /// entries, the process has forked, or the kernel refuses.
    Unfit,
}

/// What is known of a descriptor, by its number.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// What the kernel watches it for; 0 where it does not.
    watched: i16,
    /// What it is to be watched for, and its entries, as of `round`.
    wanted: i16,
    round: u64,
    entries: [u32; 2],
}

#[derive(Debug, Default)]
struct Slots {
    list: Vec<Slot>,
    round: u64,
}

/// The place of a socket in a [`WatchSet`]. Where it goes, the socket counts as closed: a wait for it goes
/// on as its [`OnClose`](crate::operation::OnClose) says.
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

    /// Lets the set watch the socket no more, which stays open. A wait that is under way goes on without the
    /// set; it is still told when the socket is closed.
    pub fn release(&self) {
        if !self.is_released.replace(true) {
            self.set.forget(self.descriptor, Change::Released);
        }
    }

    /// Whether the set watches the socket no more.
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
            true => self.set.note(self.descriptor, Change::Closed),
            false => self.set.forget(self.descriptor, Change::Closed),
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

    /// Becomes readable when one of the sockets is ready.
    pub(crate) fn descriptor(&self) -> Descriptor {
        Descriptor::from_number(self.watcher.as_raw_fd())
    }

    /// Has the kernel watch what the entries name, and nothing else, until
    /// [`release`](Self::release). All of them are open and in the set by their [`Watched`], or -1.
    /// `most_changes` is how many of them may differ from those of the last time.
    pub(crate) fn prepare(
        &self,
        entries: &[PollEntry],
        most_changes: usize,
    ) -> Result<(), NotWatched> {
        if self.in_use.get() || self.process != std::process::id() {
            return Err(NotWatched::Unfit);
        }
        let mut slots = self.slots.borrow_mut();
        let changes = slots.note(entries, self.watched.get()).ok_or(NotWatched::Unfit)?;
        if changes > most_changes {
            return Err(NotWatched::TooManyChanges);
        }
        if changes > 0 {
            let round = slots.round;
            for (slot, number) in slots.list.iter_mut().zip(0..) {
                let wanted = if slot.round == round { slot.wanted } else { 0 };
                if wanted != slot.watched {
                    self.change(number, slot, wanted).map_err(|_| NotWatched::Unfit)?;
                }
            }
        }
        self.in_use.set(true);
        self.changes.take();
        Ok(())
    }

    /// Lets the set be prepared for other entries.
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

    fn forget(&self, descriptor: Descriptor, change: Change) {
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
        self.note(descriptor, change);
    }

    /// Tells a wait that is under way what has become of a socket.
    fn note(&self, descriptor: Descriptor, change: Change) {
        if !self.in_use.get() {
            return;
        }
        match change {
            Change::Closed => self.changes.borrow_mut().closed.push(descriptor),
            Change::Released => self.changes.borrow_mut().is_incomplete = true,
        }
        wake_waiters(self.descriptor());
    }

    /// What has become of the sockets since this was asked, or since the set was prepared.
    pub(crate) fn take_changes(&self) -> Changes {
        self.changes.take()
    }

    /// Notes in the entries that were given to [`prepare`](Self::prepare) what has come, without
    /// waiting. The result is how many are ready.
    pub(crate) fn ask(&self, entries: &mut [PollEntry]) -> Result<usize, Errno> {
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
        // What a reactor knows of the watcher does not hold for the next descriptor with its number.
        descriptor_is_closed(self.descriptor());
    }
}

/// Stands for no entry.
const NO_ENTRY: u32 = u32::MAX;

impl Slots {
    /// Notes what the entries want. The result is how many slots have to change; `None` where a
    /// descriptor has two entries for the same events.
    fn note(&mut self, entries: &[PollEntry], watched: usize) -> Option<usize> {
        self.round += 1;
        // Those that were watched and are not among the entries, or want something else.
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
