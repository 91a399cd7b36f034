//! Readiness for many waiters at once, for a driver that has other things to do meanwhile.
//!
//! A driver of operations calls [`Reactor::wait`] for each task that has to wait. It calls [`Reactor::turn`]
//! when it has nothing else to do: that parks the thread until a wait is over, and returns the waiters to wake.
//!
//! Each descriptor is registered with the kernel once, edge-triggered, at the first wait for it (`epoll(7)`).
//! The reactor remembers the readiness of each descriptor: an operation does not make a call that is known to
//! have to wait ([`Patience::Loop`](crate::operation::Patience)).

mod closing;
mod loops;
mod outside;
mod sources;
mod timers;

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::closing::ReactorCell;
use self::loops::Claims;
use self::outside::Outside;
use self::sources::{Generation, Sources};
use self::timers::Timers;
use crate::lookups::Lookups;
use crate::operation::{EventLoop, Wait};
use crate::sys::WatchEvents;
use crate::{Descriptor, Errno, Interest, PollEntry, events, sys};

pub(crate) use self::closing::{descriptor_is_closed, descriptor_is_opened, wake_waiters};

/// The number of a waiter, which the driver chooses. Numbers must be small: they are indexes of a list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Waiter(pub u32);

/// Why a waiter is woken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// What was waited for may have come: it is time for an attempt.
    Ready,
    /// The moment has come.
    Moment,
    /// A descriptor that was waited for has been closed.
    Closed,
}

/// How many events are taken from the kernel at once: so few that their data, here and in the kernel, is still
/// in the caches when the waiters that are woken make their calls.
const EVENTS: usize = 64;
/// The event data of the descriptor by which look-ups wake the reactor.
const ANSWERED: u64 = u64::MAX;
/// The event data of the timer for loops that wait for the reactor itself.
const TIMER: u64 = u64::MAX - 1;

/// The waiters of one thread, and what each waits for.
#[derive(Debug)]
pub struct Reactor {
    inner: Arc<ReactorCell>,
    lookups: Lookups,
    /// The process that made the reactor. A child process shares the `epoll(7)` descriptor, and must not change it.
    process: sys::Process,
}

#[derive(Debug)]
struct Inner {
    /// The `epoll(7)` descriptor.
    watcher: OwnedFd,
    found: WatchEvents,
    sources: Sources,
    timers: Timers,
    waits: Vec<Record>,
    /// How many waiters the reactor can wake: those that wait for more than a notification.
    endable: usize,
    woken: Vec<(Waiter, Wake)>,
    outside: Outside,
    /// Whether the number of any descriptor has a new generation since the last turn.
    were_any_reused: bool,
}

/// What a waiter waits for.
#[derive(Debug, Default)]
struct Record {
    on: On,
    /// What it waited for when it was woken.
    was: On,
    until: Option<Instant>,
    /// Whether the reactor can end the wait.
    can_end_by_itself: bool,
}

#[derive(Debug, Default)]
enum On {
    #[default]
    Nothing,
    /// A notification by another task.
    Notice,
    /// A moment, or an answer.
    Other,
    Descriptor(Descriptor, Interest, Generation),
    Many(Box<[(Descriptor, Interest, Generation)]>),
}

impl Reactor {
    /// A reactor without waiters.
    ///
    /// # Errors
    /// That of `epoll_create1(2)`, `eventfd(2)` or `pthread_atfork(3)`.
    pub fn new() -> Result<Reactor, Errno> {
        let watcher = sys::watcher()?;
        let number = Descriptor::from_number(watcher.as_raw_fd());
        let notifier = sys::notifier()?;
        sys::register_readable(number, &notifier, ANSWERED)?;
        let inner = ReactorCell::new(Inner {
            sources: Sources::new(Claims::new(number)?),
            watcher,
            found: WatchEvents::default(),
            timers: Timers::default(),
            waits: Vec::new(),
            endable: 0,
            woken: Vec::new(),
            outside: Outside::default(),
            were_any_reused: false,
        });
        let lookups = Lookups::new(move || sys::notify(&notifier));
        Ok(Reactor { inner, lookups, process: sys::Process::watched()? })
    }

    /// Whether this process made the reactor, rather than a process that it was forked from.
    #[must_use]
    #[inline]
    pub fn is_of_this_process(&self) -> bool {
        self.process.is_current()
    }

    /// Binds the reactor to the calling thread: it hears only of descriptors that are opened and closed in its
    /// thread. The owner must call this where it can have moved to another thread.
    pub fn adopt_thread(&self) {
        self.inner.adopt_thread();
    }

    /// Lets `waiter` wait, at most until a deadline. [`turn`](Self::turn) reports the end of the wait, or
    /// [`forget`](Self::forget) ends it.
    ///
    /// # Errors
    /// `EBUSY` for a descriptor that another reactor has, and that of `epoll_ctl(2)` where the kernel has no
    /// room for one more. The waiter then waits for nothing.
    pub fn wait(
        &self,
        waiter: Waiter,
        wait: Wait<'_>,
        until: Option<Instant>,
    ) -> Result<(), Errno> {
        let mut inner = self.inner.borrow_mut();
        // Another task can have ended the last wait without `forget`.
        inner.take(waiter);
        match wait {
            Wait::Descriptor(descriptor, interest) => {
                inner.wait_for(waiter, descriptor, interest)?
            }
            Wait::Unowned(descriptor, interest) => {
                inner.check_generation(descriptor);
                inner.wait_for(waiter, descriptor, interest)?;
            }
            Wait::Either(descriptor) => {
                let both = PollEntry::new(descriptor, events::IN | events::OUT);
                inner.wait_for_any(waiter, &[both])?;
            }
            Wait::Any(entries) | Wait::AnyUntil(entries, _) => {
                inner.wait_for_any(waiter, entries)?;
            }
            Wait::Until(_) => inner.record(waiter).on = On::Other,
            Wait::Lookup(question) => {
                inner.record(waiter).on = On::Other;
                if !self.lookups.wait(question, waiter) {
                    inner.wake(waiter, Wake::Ready);
                }
            }
            Wait::Notification => inner.record(waiter).on = On::Notice,
        }
        let moment = match wait {
            Wait::AnyUntil(_, moment) | Wait::Until(moment) => Some(moment),
            _ => None,
        };
        inner.until(waiter, until.into_iter().chain(moment).min());
        Ok(())
    }

    /// Ends a wait, if there is one. No turn reports it.
    pub fn forget(&self, waiter: Waiter) {
        self.inner.borrow_mut().forget(waiter);
    }

    /// Ends the wait of a waiter that will not wait again, and frees what was kept for it.
    pub fn retire(&self, waiter: Waiter) {
        let mut inner = self.inner.borrow_mut();
        inner.forget(waiter);
        inner.timers.disarm(waiter);
    }

    /// Appends to `woken` the waiters whose wait is over. Where there is none yet, it parks the thread for at most
    /// `timeout`. It can return without a waiter.
    ///
    /// # Errors
    /// That of `epoll_wait(2)`.
    pub fn turn(
        &self,
        timeout: Option<Duration>,
        woken: &mut Vec<(Waiter, Wake)>,
    ) -> Result<(), Errno> {
        let mut inner = self.inner.borrow_mut();
        let inner = &mut *inner;
        inner.were_any_reused = false;
        let timeout = if inner.woken.is_empty() {
            match inner.timers.first() {
                Some(moment) => {
                    let left = moment.saturating_duration_since(Instant::now());
                    Some(timeout.map_or(left, |timeout| timeout.min(left)))
                }
                None => timeout,
            }
        } else {
            Some(Duration::ZERO)
        };
        match sys::watched(inner.watcher(), EVENTS, timeout, &mut inner.found) {
            Ok(()) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
        let mut has_answers = false;
        for (token, events) in inner.found.iter() {
            match token {
                ANSWERED => has_answers = true,
                TIMER => inner.outside.disarm(),
                _ => inner.sources.note(token, events, &mut inner.woken),
            }
        }
        if has_answers {
            let woken = &mut inner.woken;
            self.lookups.answered(|waiter| woken.push((waiter, Wake::Ready)));
        }
        if inner.timers.first().is_some() {
            inner.timers.expire(Instant::now(), &inner.waits, &mut inner.woken);
        }
        for at in 0..inner.woken.len() {
            let (waiter, wake) = inner.woken[at];
            // A waiter for several descriptors can be in the list twice, or have been forgotten.
            if inner.is_waiting(waiter) && inner.take(waiter) {
                woken.push((waiter, wake));
            }
        }
        inner.woken.clear();
        Ok(())
    }

    /// Whether the number of a descriptor that `waiter` was woken for in the last turn has a new generation since:
    /// the waiter must not use the number.
    #[must_use]
    pub fn has_lost(&self, waiter: Waiter) -> bool {
        let inner = self.inner.borrow();
        if !inner.were_any_reused {
            return false;
        }
        match inner.waits.get(waiter.0 as usize).map(|record| &record.was) {
            Some(On::Descriptor(descriptor, _, generation)) => {
                inner.sources.generation(*descriptor) != *generation
            }
            Some(On::Many(many)) => many.iter().any(|(descriptor, _, generation)| {
                inner.sources.generation(*descriptor) != *generation
            }),
            Some(On::Nothing | On::Notice | On::Other) | None => false,
        }
    }

    /// Appends those of the descriptors that `waiter` has last waited for whose numbers have a new generation since.
    pub fn lost(&self, waiter: Waiter, lost: &mut Vec<Descriptor>) {
        let inner = self.inner.borrow();
        let is_reused = |descriptor, generation| inner.sources.generation(descriptor) != generation;
        match inner.waits.get(waiter.0 as usize).map(|record| &record.was) {
            Some(On::Descriptor(descriptor, _, generation))
                if is_reused(*descriptor, *generation) =>
            {
                lost.push(*descriptor);
            }
            Some(On::Many(many)) => lost.extend(
                many.iter()
                    .filter(|(descriptor, _, generation)| is_reused(*descriptor, *generation))
                    .map(|(descriptor, ..)| *descriptor),
            ),
            _ => {}
        }
    }

    /// Whether every waiter waits for a notification, without a deadline: the reactor cannot end any wait.
    #[must_use]
    pub fn is_deadlocked(&self) -> bool {
        let inner = self.inner.borrow();
        inner.woken.is_empty() && inner.endable == 0
    }
}

impl EventLoop for Reactor {
    #[inline]
    fn may_be_ready(&self, descriptor: Descriptor, interest: Interest) -> bool {
        self.inner.borrow().sources.may_be_ready(descriptor, interest)
    }

    #[inline]
    fn note_not_ready(&self, descriptor: Descriptor, interest: Interest) {
        self.inner.borrow_mut().sources.note_not_ready(descriptor, interest);
    }

    #[inline]
    fn note_short_receive(&self, descriptor: Descriptor, is_drained: bool) -> bool {
        self.inner.borrow_mut().sources.note_short_receive(descriptor, is_drained)
    }

    fn lookups(&self) -> &Lookups {
        &self.lookups
    }
}

impl Inner {
    fn watcher(&self) -> Descriptor {
        Descriptor::from_number(self.watcher.as_raw_fd())
    }

    fn record(&mut self, waiter: Waiter) -> &mut Record {
        let place = waiter.0 as usize;
        if place >= self.waits.len() {
            self.waits.resize_with(place + 1, Record::default);
        }
        &mut self.waits[place]
    }

    fn until(&mut self, waiter: Waiter, until: Option<Instant>) {
        let record = self.record(waiter);
        record.until = until;
        record.can_end_by_itself = until.is_some() || !matches!(record.on, On::Notice);
        let can_end_by_itself = record.can_end_by_itself;
        self.endable += usize::from(can_end_by_itself);
        if let Some(until) = until {
            self.timers.arm(waiter, until);
        }
    }

    fn wake(&mut self, waiter: Waiter, wake: Wake) {
        self.woken.push((waiter, wake));
    }

    fn wait_for(
        &mut self,
        waiter: Waiter,
        descriptor: Descriptor,
        interest: Interest,
    ) -> Result<(), Errno> {
        let is_added = self.sources.add(self.watcher(), descriptor, interest, waiter)?;
        let generation = self.sources.generation(descriptor);
        self.record(waiter).on = On::Descriptor(descriptor, interest, generation);
        if !is_added {
            self.wake(waiter, Wake::Ready);
        }
        Ok(())
    }

    fn wait_for_any(&mut self, waiter: Waiter, entries: &[PollEntry]) -> Result<(), Errno> {
        let mut many = Vec::with_capacity(entries.len());
        for entry in entries.iter().filter(|entry| entry.descriptor().number() >= 0) {
            self.check_generation(entry.descriptor());
            let writes = entry.events & events::OUT != 0;
            // `poll(2)` reports errors and hang-ups whatever the entry asks for.
            let reads = entry.events & !events::OUT != 0 || !writes;
            for (interest, is_wanted) in [(Interest::Readable, reads), (Interest::Writable, writes)]
            {
                if !is_wanted {
                    continue;
                }
                match self.sources.add(self.watcher(), entry.descriptor(), interest, waiter) {
                    Ok(true) => {
                        let generation = self.sources.generation(entry.descriptor());
                        many.push((entry.descriptor(), interest, generation));
                    }
                    Ok(false) => self.woken.push((waiter, Wake::Ready)),
                    Err(errno) => {
                        self.record(waiter).on = On::Many(many.into());
                        self.take(waiter);
                        return Err(errno);
                    }
                }
            }
        }
        self.record(waiter).on = On::Many(many.into());
        Ok(())
    }

    fn forget(&mut self, waiter: Waiter) {
        if self.take(waiter) {
            self.woken.retain(|(woken, _)| *woken != waiter);
        }
    }

    fn is_waiting(&self, waiter: Waiter) -> bool {
        let record = self.waits.get(waiter.0 as usize);
        record.is_some_and(|record| !matches!(record.on, On::Nothing))
    }

    /// Takes a waiter out of what it waits for; whether it waited.
    fn take(&mut self, waiter: Waiter) -> bool {
        let Some(record) = self.waits.get_mut(waiter.0 as usize) else {
            return false;
        };
        record.until = None;
        self.endable -= usize::from(std::mem::take(&mut record.can_end_by_itself));
        record.was = std::mem::take(&mut record.on);
        match &record.was {
            On::Nothing => return false,
            On::Notice | On::Other => {}
            On::Descriptor(descriptor, interest, _) => {
                self.sources.remove(*descriptor, *interest, waiter);
            }
            On::Many(many) => {
                for (descriptor, interest, _) in many {
                    self.sources.remove(*descriptor, *interest, waiter);
                }
            }
        }
        true
    }

    /// Forgets what is known of a descriptor, whose number begins a new generation, and wakes its waiters.
    fn descriptor_reused(&mut self, descriptor: Descriptor, is_ours: bool) {
        self.were_any_reused = true;
        self.sources.forget(descriptor, is_ours, &mut self.woken);
    }

    /// Begins a new generation of a number where the kernel no longer watches its descriptor. This is for
    /// descriptors that were not opened by this crate, which does not hear when they are closed.
    fn check_generation(&mut self, descriptor: Descriptor) {
        if self.sources.can_be_another(descriptor) && !sys::is_watched(self.watcher(), descriptor) {
            self.were_any_reused = true;
            self.sources.forget(descriptor, false, &mut self.woken);
        }
    }

    fn wake_waiters(&mut self, descriptor: Descriptor) {
        self.sources.wake(descriptor, &mut self.woken);
    }
}
