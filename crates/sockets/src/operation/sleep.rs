//! Waiting for time to pass.

use std::time::{Duration, Instant};

use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Error, Scratch};

/// Waits until an instant.
#[derive(Debug)]
pub struct Sleep {
    until: Option<Instant>,
}

impl Sleep {
    /// Sleeps for `duration` from now on. A duration that the clock cannot represent never ends.
    #[must_use]
    pub fn new(duration: Duration) -> Sleep {
        Sleep { until: Instant::now().checked_add(duration) }
    }

    /// An instant in a day, for an endless sleep. The driver attempts the operation again then.
    fn far_future() -> Instant {
        Instant::now() + Duration::from_secs(86_400)
    }
}

impl Operation for Sleep {
    const NAME: &'static str = "sleep";
    type Output = ();

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        _patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<()>, Error> {
        match self.until {
            Some(until) if Instant::now() >= until => Ok(Progress::Done(())),
            _ => Ok(Progress::Waiting),
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Until(self.until.unwrap_or_else(Sleep::far_future))
    }
}
