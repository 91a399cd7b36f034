//! Time-outs and deadlines.

use std::time::{Duration, Instant};

/// How long an operation may take as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timeout {
    /// Without a limit.
    Never,
    /// At most this long. With zero, the operation makes one attempt and does not wait.
    After(Duration),
}

impl Timeout {
    /// A time-out in seconds. A negative number, and one that a [`Duration`] cannot hold, is
    /// [`Timeout::Never`]. `None` for NaN.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Timeout> {
        if seconds.is_nan() {
            return None;
        }
        Some(Duration::try_from_secs_f64(seconds).map_or(Timeout::Never, Timeout::After))
    }

    /// A time-out in milliseconds. A negative number is [`Timeout::Never`].
    #[must_use]
    pub fn from_millis(milliseconds: i64) -> Timeout {
        match u64::try_from(milliseconds) {
            Ok(milliseconds) => Timeout::After(Duration::from_millis(milliseconds)),
            Err(_) => Timeout::Never,
        }
    }

    /// The duration; `None` for no limit.
    #[must_use]
    pub const fn duration(self) -> Option<Duration> {
        match self {
            Timeout::Never => None,
            Timeout::After(duration) => Some(duration),
        }
    }

    /// The time-out that is left after `elapsed`.
    #[must_use]
    pub fn after(self, elapsed: Duration) -> Timeout {
        match self {
            Timeout::Never => Timeout::Never,
            Timeout::After(duration) => Timeout::After(duration.saturating_sub(elapsed)),
        }
    }
}

/// The instant at which a time-out ends, on the monotonic clock.
///
/// The deadline starts, and reads the clock, with the first call of [`remaining`](Self::remaining). So an operation that
/// does not have to wait never reads the clock.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    timeout: Timeout,
    ends: Option<Instant>,
}

impl Deadline {
    /// A deadline that has not started.
    #[must_use]
    pub const fn new(timeout: Timeout) -> Deadline {
        Deadline { timeout, ends: None }
    }

    /// Whether there is no deadline.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.timeout == Timeout::Never
    }

    /// The time-out that the deadline was made from.
    #[must_use]
    pub fn timeout(&self) -> Timeout {
        self.timeout
    }

    /// Whether the deadline has started.
    #[must_use]
    pub fn has_started(&self) -> bool {
        self.ends.is_some()
    }

    /// The time that is left: `None` for no limit, zero when the deadline has passed. The first call starts the
    /// deadline.
    pub fn remaining(&mut self) -> Option<Duration> {
        let Timeout::After(timeout) = self.timeout else {
            return None;
        };
        if timeout.is_zero() {
            return Some(timeout);
        }
        let now = Instant::now();
        match self.ends {
            Some(ends) => Some(ends.saturating_duration_since(now)),
            None => {
                // The clock cannot represent the end: there is no limit.
                self.ends = now.checked_add(timeout);
                if self.ends.is_none() {
                    self.timeout = Timeout::Never;
                    return None;
                }
                Some(timeout)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_milliseconds_are_never() {
        assert_eq!(Timeout::from_millis(-1), Timeout::Never);
        assert!(Deadline::new(Timeout::from_millis(i64::MIN)).is_never());
    }

    #[test]
    fn seconds_can_be_any_number() {
        let quarter = Timeout::After(Duration::from_millis(250));
        assert_eq!(Timeout::from_seconds(0.25), Some(quarter));
        assert_eq!(Timeout::from_seconds(-0.0), Some(Timeout::After(Duration::ZERO)));
        for seconds in [-1.0, -1e-300, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(Timeout::from_seconds(seconds), Some(Timeout::Never), "{seconds}");
        }
        assert_eq!(Timeout::from_seconds(f64::NAN), None);
    }

    #[test]
    fn a_deadline_of_zero_has_passed() {
        assert_eq!(Deadline::new(Timeout::from_millis(0)).remaining(), Some(Duration::ZERO));
    }

    #[test]
    fn starts_with_the_first_call_and_stays_passed() {
        let mut deadline = Deadline::new(Timeout::from_millis(1));
        assert_eq!(deadline.remaining(), Some(Duration::from_millis(1)));
        while deadline.remaining() != Some(Duration::ZERO) {
            std::hint::spin_loop();
        }
        assert_eq!(deadline.remaining(), Some(Duration::ZERO));
    }

    #[test]
    fn a_time_out_that_the_clock_cannot_represent_is_never() {
        let mut deadline = Deadline::new(Timeout::After(Duration::MAX));
        assert_eq!(deadline.remaining(), None);
        assert!(deadline.is_never());
    }
}
