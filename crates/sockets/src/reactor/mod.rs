//! Readiness for many waiters at once, for a driver that has other things to do meanwhile.
//!
//! A driver of operations calls [`Reactor::wait`] for whoever has to wait, and [`Reactor::turn`] when it
//! has nothing else to do: that parks the thread until something has come, and tells who is to be woken.
//!
//! Each descriptor is told to the kernel once, edge-triggered, when somebody waits for it for the first
//! time (`epoll(7)`).
//! What is known of the readiness of a descriptor is kept: an operation does not try a call of which it is
//! known that it would have to wait ([`Patience::Loop`](crate::operation::Patience)).

mod closing;
mod loops;
mod outside;
mod sources;
mod timers;

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::closing::Shared;
use self::loops::Claims;
use self::outside::Outside;
use self::sources::{Hand, Sources};
use self::timers::Timers;
use crate::lookups::Lookups;
use crate::operation::{EventLoop, Wait};
use crate::sys::WatchEvents;
use crate::{Descriptor, Errno, Interest, PollEntry, events, sys};

pub(crate) use self::closing::{descriptor_is_closed, descriptor_is_opened, wake_waiters};

/// The number of somebody who waits, which the driver chooses: small ones, for they are places in a list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Waiter(pub u32);

/// Why somebody is woken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// What was waited for may have come: it is time for an attempt.
    Ready,
    /// The moment has come.
    Moment,
    /// A descriptor that was waited for has been closed.
    Closed,
}

/// How many events are taken from the kernel at once: few enough that what belongs to them, here and in the
/// kernel, is still in the caches when those who are woken make their calls.
const EVENTS: usize = 64;
/// The token of the waker of look-ups.
const ANSWERED: u64 = u64::MAX;
/// The token of the timer for those who wait for the reactor itself.
const TIMER: u64 = u64::MAX - 1;

/// The waiters of one thread, and what each waits for.
#[derive(Debug)]
pub struct Reactor {
    inner: Arc<Shared>,
    lookups: Lookups,
    /// A child process shares the kernel's part, and must not change it.
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
    /// How many wait for more than word from others.
    hopeful: usize,
    woken: Vec<(Waiter, Wake)>,
    outside: Outside,
    /// Whether a descriptor has changed hands since the last turn.
    have_changed_hands: bool,
}

/// What somebody waits for.
#[derive(Debug, Default)]
struct Record {
    on: On,
    /// What it has been woken from.
    was: On,
    until: Option<Instant>,
    /// Whether the reactor itself may come to end the wait.
    is_hopeful: bool,
}

#[derive(Debug, Default)]
enum On {
    #[default]
    Nothing,
    /// Word from somebody else.
    Notice,
    /// A moment, or an answer.
    Other,
    Descriptor(Descriptor, Interest, Hand),
    Many(Box<[(Descriptor, Interest, Hand)]>),
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
        let inner = Shared::new(Inner {
            sources: Sources::new(Claims::new(number)?),
            watcher,
            found: WatchEvents::default(),
            timers: Timers::default(),
            waits: Vec::new(),
            hopeful: 0,
            woken: Vec::new(),
            outside: Outside::default(),
            have_changed_hands: false,
        });
        let lookups = Lookups::new(move || sys::notify(&notifier));
        Ok(Reactor { inner, lookups, process: sys::Process::watched()? })
    }

    /// Whether this process made it, rather than one that it was forked from.
    #[must_use]
    #[inline]
    pub fn is_of_this_process(&self) -> bool {
        self.process.is_current()
    }

    /// Tells the reactor that its owner may have moved to this thread: it hears only of what is opened and
    /// closed where it is.
    pub fn settle(&self) {
        self.inner.settle();
    }

    /// Lets `waiter` wait, until a moment at the latest. [`turn`](Self::turn) tells when it is over, or
    /// [`forget`](Self::forget) ends it.
    ///
    /// # Errors
    /// `EBUSY` for a descriptor that another reactor has, and that of `epoll_ctl(2)` where the kernel has no
    /// room for one more. Then nobody waits.
    pub fn wait(
        &self,
        waiter: Waiter,
        wait: Wait<'_>,
        until: Option<Instant>,
    ) -> Result<(), Errno> {
        let mut inner = self.inner.borrow_mut();
        // Somebody else may have ended the wait before, without a word to this.
        inner.take(waiter);
        match wait {
            Wait::Descriptor(descriptor, interest) => {
                inner.wait_for(waiter, descriptor, interest)?
            }
            Wait::Unowned(descriptor, interest) => {
                inner.look_behind(descriptor);
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

    /// Ends a wait, if there is one: nobody is told.
    pub fn forget(&self, waiter: Waiter) {
        self.inner.borrow_mut().forget(waiter);
    }

    /// Ends the wait of somebody who will not come again, and frees what was kept for it.
    pub fn retire(&self, waiter: Waiter) {
        let mut inner = self.inner.borrow_mut();
        inner.forget(waiter);
        inner.timers.disarm(waiter);
    }

    /// Appends to `woken` whose wait is over. Where there is nobody yet, it parks the thread for at most
    /// `timeout`. There may be nobody after all.
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
        inner.have_changed_hands = false;
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
        let mut are_answers_there = false;
        for (token, events) in inner.found.iter() {
            match token {
                ANSWERED => are_answers_there = true,
                TIMER => inner.outside.disarm(),
                _ => inner.sources.note(token, events, &mut inner.woken),
            }
        }
        if are_answers_there {
            let woken = &mut inner.woken;
            self.lookups.answered(|waiter| woken.push((waiter, Wake::Ready)));
        }
        if inner.timers.first().is_some() {
            inner.timers.expire(Instant::now(), &inner.waits, &mut inner.woken);
        }
        for at in 0..inner.woken.len() {
            let (waiter, wake) = inner.woken[at];
            // A waiter for many may be there twice, or have been forgotten. What it has waited for stays known.
            if inner.is_waiting(waiter) && inner.take(waiter) {
                woken.push((waiter, wake));
            }
        }
        inner.woken.clear();
        Ok(())
    }

    /// Whether a descriptor that `waiter` was woken for in the last turn has changed hands since: its number must
    /// not be tried.
    #[must_use]
    pub fn has_lost(&self, waiter: Waiter) -> bool {
        let inner = self.inner.borrow();
        if !inner.have_changed_hands {
            return false;
        }
        match inner.waits.get(waiter.0 as usize).map(|record| &record.was) {
            Some(On::Descriptor(descriptor, _, hand)) => inner.sources.hand(*descriptor) != *hand,
            Some(On::Many(many)) => {
                many.iter().any(|(descriptor, _, hand)| inner.sources.hand(*descriptor) != *hand)
            }
            Some(On::Nothing | On::Notice | On::Other) | None => false,
        }
    }

    /// Appends those of the descriptors that `waiter` has last waited for that have changed hands since.
    pub fn lost(&self, waiter: Waiter, lost: &mut Vec<Descriptor>) {
        let inner = self.inner.borrow();
        let has_changed = |descriptor, hand| inner.sources.hand(descriptor) != hand;
        match inner.waits.get(waiter.0 as usize).map(|record| &record.was) {
            Some(On::Descriptor(descriptor, _, hand)) if has_changed(*descriptor, *hand) => {
                lost.push(*descriptor);
            }
            Some(On::Many(many)) => lost.extend(
                many.iter()
                    .filter(|(descriptor, _, hand)| has_changed(*descriptor, *hand))
                    .map(|(descriptor, ..)| *descriptor),
            ),
            _ => {}
        }
    }

    /// Whether all who wait do so for word from others, without an end: nothing that the reactor could
    /// tell of will ever come.
    #[must_use]
    pub fn is_hopeless(&self) -> bool {
        let inner = self.inner.borrow();
        inner.woken.is_empty() && inner.hopeful == 0
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
        record.is_hopeful = until.is_some() || !matches!(record.on, On::Notice);
        let is_hopeful = record.is_hopeful;
        self.hopeful += usize::from(is_hopeful);
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
        let hand = self.sources.hand(descriptor);
        self.record(waiter).on = On::Descriptor(descriptor, interest, hand);
        if !is_added {
            self.wake(waiter, Wake::Ready);
        }
        Ok(())
    }

    fn wait_for_any(&mut self, waiter: Waiter, entries: &[PollEntry]) -> Result<(), Errno> {
        let mut many = Vec::with_capacity(entries.len());
        for entry in entries.iter().filter(|entry| entry.descriptor().number() >= 0) {
            self.look_behind(entry.descriptor());
            let writes = entry.events & events::OUT != 0;
            // Errors and hang-ups are reported for whatever is asked.
            let reads = entry.events & !events::OUT != 0 || !writes;
            for (interest, is_wanted) in [(Interest::Readable, reads), (Interest::Writable, writes)]
            {
                if !is_wanted {
                    continue;
                }
                match self.sources.add(self.watcher(), entry.descriptor(), interest, waiter) {
                    Ok(true) => {
                        let hand = self.sources.hand(entry.descriptor());
                        many.push((entry.descriptor(), interest, hand));
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
        self.hopeful -= usize::from(std::mem::take(&mut record.is_hopeful));
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

    /// Forgets what is known of a descriptor whose number belongs to another from now on, and wakes who
    /// waited for it.
    fn descriptor_changes_hands(&mut self, descriptor: Descriptor, is_ours: bool) {
        self.have_changed_hands = true;
        self.sources.forget(descriptor, is_ours, &mut self.woken);
    }

    /// Looks whether there is still the same behind a number of which nobody has told whose it is.
    fn look_behind(&mut self, descriptor: Descriptor) {
        if self.sources.may_be_another(descriptor) && !sys::is_watched(self.watcher(), descriptor) {
            self.have_changed_hands = true;
            self.sources.forget(descriptor, false, &mut self.woken);
        }
    }

    fn wake_waiters(&mut self, descriptor: Descriptor) {
        self.sources.wake(descriptor, &mut self.woken);
    }
}
