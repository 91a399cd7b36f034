//! Waiting for any of several descriptors.

use super::{Operation, Patience, Progress, Wait};
use crate::{Errno, Error, PollEntry, Scratch, sys};

/// Waits until one of the entries is ready, `poll(2)`. The output is the entries, with what has
/// come, and how many are ready.
#[derive(Debug)]
pub struct Poll {
    entries: Vec<PollEntry>,
}

impl Poll {
    /// Waits for any of `entries`.
    #[must_use]
    pub const fn new(entries: Vec<PollEntry>) -> Poll {
        Poll { entries }
    }
}

impl Operation for Poll {
    const NAME: &'static str = "poll";
    type Output = (Vec<PollEntry>, usize);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_>,
    ) -> Result<Progress<(Vec<PollEntry>, usize)>, Error> {
        loop {
            let timeout = match &mut patience {
                Patience::None => Some(std::time::Duration::ZERO),
                Patience::Kernel(deadline) => deadline.remaining(),
            };
            match sys::poll(&mut self.entries, timeout) {
                Ok(0) => return Ok(Progress::Waiting),
                Ok(ready) => {
                    return Ok(Progress::Done((std::mem::take(&mut self.entries), ready)));
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.during(Self::NAME)),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Any(&self.entries)
    }
}
