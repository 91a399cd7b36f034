//! The moments at which waits end.

use std::collections::BTreeSet;
use std::time::Instant;

use super::{On, Record, Waiter, Wake};

/// At most one moment for each waiter.
///
/// A wait that is over before its moment leaves it here, and the waiter's next one with a later moment
/// is content with it: when it comes, the later one takes its place. So operations that never time out
/// seldom touch the set.
#[derive(Debug, Default)]
pub(super) struct Timers {
    moments: BTreeSet<(Instant, Waiter)>,
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

    /// The next moment. Nobody may wait for it any more.
    pub(super) fn first(&self) -> Option<Instant> {
        self.moments.first().map(|(moment, _)| *moment)
    }

    /// Has the waiter looked at at that moment, or before.
    pub(super) fn arm(&mut self, waiter: Waiter, moment: Instant) {
        let armed = self.armed(waiter);
        match *armed {
            Some(earlier) if earlier <= moment => return,
            later => {
                *armed = Some(moment);
                if let Some(later) = later {
                    self.moments.remove(&(later, waiter));
                }
            }
        }
        self.moments.insert((moment, waiter));
    }

    /// Forgets a waiter.
    pub(super) fn disarm(&mut self, waiter: Waiter) {
        if let Some(moment) = self.armed(waiter).take() {
            self.moments.remove(&(moment, waiter));
        }
    }

    /// Tells whose wait has come to its end by now.
    pub(super) fn expire(
        &mut self,
        now: Instant,
        waits: &[Record],
        woken: &mut Vec<(Waiter, Wake)>,
    ) {
        while let Some((moment, waiter)) = self.moments.first().copied() {
            if moment > now {
                break;
            }
            self.moments.pop_first();
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
