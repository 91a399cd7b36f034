//! Waiting for a signal.

use std::rc::Rc;

use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Error, PollEntry, Scratch, SignalSet, events};

/// Waits for any of several signals. The output is the signal that has arrived. A signal ends the waits of all tasks
/// that wait for it. Where no task waits, the signal ends the next wait.
#[derive(Debug)]
pub struct WaitForSignal {
    set: Rc<SignalSet>,
    /// The signals, and how often each had arrived when the wait began.
    signals: Vec<(i32, u64)>,
    entries: Vec<PollEntry>,
}

impl WaitForSignal {
    /// Waits for any of `signals`, which `set` catches from now on.
    ///
    /// # Errors
    /// That of `sigaction(2)` or `socketpair(2)`.
    pub fn new(set: &Rc<SignalSet>, signals: Vec<i32>) -> Result<WaitForSignal, Error> {
        let mut wait =
            WaitForSignal { set: Rc::clone(set), signals: Vec::new(), entries: Vec::new() };
        for signal in signals {
            let (descriptor, count) =
                set.catch(signal).map_err(|errno| errno.during(Self::NAME))?;
            wait.signals.push((signal, count));
            wait.entries.push(PollEntry::new(descriptor, events::IN));
        }
        Ok(wait)
    }
}

impl Operation for WaitForSignal {
    const NAME: &'static str = "signal";
    type Output = i32;

    fn attempt(
        &mut self,
        _: &mut Scratch,
        _: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<i32>, Error> {
        let arrived = self.signals.iter().find(|(signal, before)| self.set.take(*signal, *before));
        Ok(arrived.map_or(Progress::Waiting, |(signal, _)| Progress::Done(*signal)))
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Any(&self.entries)
    }
}
