//! How long an operation may take, and when that ends.

use std::time::{Duration, Instant};

/// How long an operation may take as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timeout {
    /// As long as it takes.
    Never,
    /// At most this long; zero tries once and does not wait.
    After(Duration),
}

impl Timeout {
    /// A time-out in seconds; a negative one, and one that is longer than a clock can tell, never
    /// ends. `None` for what is not a number.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Timeout> {
        if seconds.is_nan() {
            return None;
        }
        Some(Duration::try_from_secs_f64(seconds).map_or(Timeout::Never, Timeout::After))
    }

    /// A time-out in milliseconds; a negative one never ends.
    #[must_use]
    pub fn from_millis(milliseconds: i64) -> Timeout {
        match u64::try_from(milliseconds) {
            Ok(milliseconds) => Timeout::After(Duration::from_millis(milliseconds)),
            Err(_) => Timeout::Never,
        }
    }

    /// How long that is; `None` for no limit.
    #[must_use]
    pub const fn duration(self) -> Option<Duration> {
        match self {
            Timeout::Never => None,
            Timeout::After(duration) => Some(duration),
        }
    }

    /// What is left of it when `elapsed` has gone by.
    #[must_use]
    pub fn after(self, elapsed: Duration) -> Timeout {
        match self {
            Timeout::Never => Timeout::Never,
            Timeout::After(duration) => Timeout::After(duration.saturating_sub(elapsed)),
        }
    }
}

/// The moment at which a time-out ends, on the monotonic clock.
///
/// The clock is first read when somebody asks what remains, so an operation that is served at once
/// never reads it.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    timeout: Timeout,
    ends: Option<Instant>,
}

impl Deadline {
    /// A deadline that the first question about it sets going.
    #[must_use]
    pub const fn new(timeout: Timeout) -> Deadline {
        Deadline { timeout, ends: None }
    }

    /// Whether there is no end to wait for.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.timeout == Timeout::Never
    }

    /// The time-out that it was made from.
    #[must_use]
    pub fn timeout(&self) -> Timeout {
        self.timeout
    }

    /// Whether it has been set going.
    #[must_use]
    pub fn has_started(&self) -> bool {
        self.ends.is_some()
    }

    /// The time that is left: `None` for no limit, zero when it has passed.
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
                // A time beyond what the clock can hold is no limit at all.
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
    fn negative_milliseconds_never_end() {
        assert_eq!(Timeout::from_millis(-1), Timeout::Never);
        assert!(Deadline::new(Timeout::from_millis(i64::MIN)).is_never());
    }

    #[test]
    fn seconds_may_be_fractions_and_anything_else() {
        let quarter = Timeout::After(Duration::from_millis(250));
        assert_eq!(Timeout::from_seconds(0.25), Some(quarter));
        assert_eq!(Timeout::from_seconds(-0.0), Some(Timeout::After(Duration::ZERO)));
        for seconds in [-1.0, -1e-300, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            assert_eq!(Timeout::from_seconds(seconds), Some(Timeout::Never), "{seconds}");
        }
        assert_eq!(Timeout::from_seconds(f64::NAN), None);
    }

    #[test]
    fn zero_has_passed_at_once() {
        assert_eq!(Deadline::new(Timeout::from_millis(0)).remaining(), Some(Duration::ZERO));
    }

    #[test]
    fn runs_from_the_first_question_and_stays_passed() {
        let mut deadline = Deadline::new(Timeout::from_millis(1));
        assert_eq!(deadline.remaining(), Some(Duration::from_millis(1)));
        while deadline.remaining() != Some(Duration::ZERO) {
            std::hint::spin_loop();
        }
        assert_eq!(deadline.remaining(), Some(Duration::ZERO));
    }

    #[test]
    fn a_time_beyond_the_clock_is_no_limit() {
        let mut deadline = Deadline::new(Timeout::After(Duration::MAX));
        assert_eq!(deadline.remaining(), None);
        assert!(deadline.is_never());
    }
}
