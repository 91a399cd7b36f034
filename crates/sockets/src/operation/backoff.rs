//! Pauses between attempts where no descriptor becomes ready.

use std::time::{Duration, Instant};

use super::{Wait, waits_for};
use crate::{Handle, Interest};

/// Pauses before the next attempt. Each is twice as long as the one before, up to a longest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    next: Duration,
    longest: Duration,
    retry: Option<Instant>,
}

impl Backoff {
    /// For a connection to a unix listener whose backlog is full (`EAGAIN`): no descriptor becomes ready when the
    /// backlog has room again.
    pub(super) const FULL_BACKLOG: Backoff =
        Backoff::new(Duration::from_millis(1), Duration::from_millis(50));

    pub(super) const fn new(first: Duration, longest: Duration) -> Backoff {
        Backoff { next: first, longest, retry: None }
    }

    /// Begins a pause, and returns its end.
    pub(super) fn begin(&mut self) -> Instant {
        let end = Instant::now() + self.next;
        self.next = (self.next * 2).min(self.longest);
        self.retry = Some(end);
        end
    }

    /// Ends the pause, if there is one: an attempt begins.
    pub(super) fn end(&mut self) {
        self.retry = None;
    }

    /// The end of the pause, if there is one.
    pub(super) fn retry(&self) -> Option<Instant> {
        self.retry
    }

    /// The end of the pause, or else the readiness of the descriptor.
    pub(super) fn waits_for<'a>(&self, handle: &'a impl Handle, interest: Interest) -> Wait<'a> {
        self.retry.map_or_else(|| waits_for(handle, interest), Wait::Until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest() {
        let milliseconds = Duration::from_millis;
        let mut backoff = Backoff::new(milliseconds(1), milliseconds(5));
        for expected in [1, 2, 4, 5, 5] {
            let (before, end) = (Instant::now(), backoff.begin());
            assert!(end >= before + milliseconds(expected));
            assert!(end <= Instant::now() + milliseconds(expected));
        }
    }
}
