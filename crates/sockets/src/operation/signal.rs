//! Waiting for a signal.

use std::rc::Rc;

use super::{Operation, Patience, Progress, Wait};
use crate::{Error, PollEntry, Scratch, SignalSet, events};

/// Waits for any of some signals. The output is the one that has come.
#[derive(Debug)]
pub struct WaitForSignal {
    set: Rc<SignalSet>,
    signals: Vec<i32>,
    entries: Vec<PollEntry>,
}

impl WaitForSignal {
    /// Waits for any of `signals`, which `set` catches from now on.
    ///
    /// # Errors
    /// That of `sigaction(2)` or `socketpair(2)`.
    pub fn new(set: &Rc<SignalSet>, signals: Vec<i32>) -> Result<WaitForSignal, Error> {
        let entries = signals
            .iter()
            .map(|signal| Ok(PollEntry::new(set.catch(*signal)?, events::IN)))
            .collect::<Result<_, crate::Errno>>()
            .map_err(|errno| errno.during(Self::NAME))?;
        Ok(WaitForSignal { set: Rc::clone(set), signals, entries })
    }
}

impl Operation for WaitForSignal {
    const NAME: &'static str = "signal";
    type Output = i32;

    fn attempt(&mut self, _: &mut Scratch, _: Patience<'_>) -> Result<Progress<i32>, Error> {
        let came = self.signals.iter().find(|signal| self.set.take(**signal));
        Ok(came.map_or(Progress::Waiting, |signal| Progress::Done(*signal)))
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Any(&self.entries)
    }
}
