//! Pauses between attempts, where the kernel does not tell when the next is worth while.

use std::time::{Duration, Instant};

/// Pauses of which each is twice as long as the one before, up to a longest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    /// For a connection to a unix listener whose queue is full (`EAGAIN`): no descriptor becomes ready
    /// when there is room.
    pub(super) const FULL_QUEUE: Pauses =
        Pauses::new(Duration::from_millis(1), Duration::from_millis(50));

    pub(super) const fn new(first: Duration, longest: Duration) -> Pauses {
        Pauses { next: first, longest }
    }

    /// The end of a pause that begins now.
    pub(super) fn begin(&mut self) -> Instant {
        let end = Instant::now() + self.next;
        self.next = (self.next * 2).min(self.longest);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grow_up_to_the_longest() {
        let milliseconds = Duration::from_millis;
        let mut pauses = Pauses::new(milliseconds(1), milliseconds(5));
        for expected in [1, 2, 4, 5, 5] {
            let (before, end) = (Instant::now(), pauses.begin());
            assert!(end >= before + milliseconds(expected));
            assert!(end <= Instant::now() + milliseconds(expected));
        }
    }
}
