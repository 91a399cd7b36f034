//! The deadlines of waits.

use std::collections::BTreeSet;
use std::time::Instant;

use super::{On, Record, Waiter, Wake};

/// At most one deadline for each waiter.
///
/// A wait that ends before its deadline leaves the deadline here. The waiter's next wait with a later deadline
/// leaves the set as it is: when the earlier deadline comes, the later one takes its place. So operations that
/// never time out seldom touch the set.
#[derive(Debug, Default)]
pub(super) struct Timers {
    deadlines: BTreeSet<(Instant, Waiter)>,
    armed: Vec<Option<Instant>>,
}

impl Timers {
    fn armed(&mut self, waiter: Waiter) -> &mut Option<Instant> {
        let place = waiter.0 as usize;
        if place >= self.armed.len() {
            self.armed.resize(place + 1, None);
        }
        &mut self.armed[place]
    }

    /// The next deadline. Its wait can be over already.
    pub(super) fn first(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Sees that [`expire`](Self::expire) checks the waiter at this deadline, or before.
    pub(super) fn arm(&mut self, waiter: Waiter, deadline: Instant) {
        let armed = self.armed(waiter);
        match *armed {
            Some(earlier) if earlier <= deadline => return,
            later => {
                *armed = Some(deadline);
                if let Some(later) = later {
                    self.deadlines.remove(&(later, waiter));
                }
            }
        }
        self.deadlines.insert((deadline, waiter));
    }

    /// Forgets a waiter.
    pub(super) fn disarm(&mut self, waiter: Waiter) {
        if let Some(deadline) = self.armed(waiter).take() {
            self.deadlines.remove(&(deadline, waiter));
        }
    }

    /// Appends the waiters whose deadline has passed.
    pub(super) fn expire(
        &mut self,
        now: Instant,
        waits: &[Record],
        woken: &mut Vec<(Waiter, Wake)>,
    ) {
        while let Some((deadline, waiter)) = self.deadlines.first().copied() {
            if deadline > now {
                break;
            }
            self.deadlines.pop_first();
            *self.armed(waiter) = None;
            let record = waits.get(waiter.0 as usize);
            let Some(Record { on, until: Some(until), .. }) = record else {
                continue;
            };
            match on {
                On::Nothing => {}
                _ if *until <= now => woken.push((waiter, Wake::Moment)),
                _ => self.arm(waiter, *until),
            }
        }
    }
}
