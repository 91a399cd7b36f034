//! Operations that a task runs.

use std::time::{Duration, Instant};

use moonwire_sockets::operation::{Patience, Progress};
use moonwire_sockets::{Error, Operation, Timeout};

use super::{Scheduler, with_current};
use crate::native::{Call, Continue, Outcome, Parked, park, stay};

/// An operation on its way, and what is to be done with what comes of it.
struct Driven<O, W> {
    operation: O,
    word: W,
    timeout: Timeout,
    /// When it has to end: known from the first wait on.
    until: Option<Instant>,
    has_waited: bool,
}

/// Runs an operation in a task, which the call is made in.
#[inline(never)]
pub(crate) fn drive_in_task<'c, O, W>(
    mut call: Call<'c>,
    operation: O,
    timeout: Timeout,
    word: W,
) -> Outcome<'c>
where
    O: Operation + 'c,
    W: FnOnce(Call<'c>, Result<O::Output, Error>) -> Outcome<'c> + 'c,
{
    let mut driven = Driven { operation, word, timeout, until: None, has_waited: false };
    let mut result = driven.begin(&mut call);
    loop {
        if let Some(result) = result {
            return (driven.word)(call, result);
        }
        if may_suspend(&call) {
            return suspend(call, Box::new(driven));
        }
        if park() == Parked::IsGivenUp {
            drop(driven);
            stay();
        }
        result = driven.go_on(&mut call);
    }
}

impl<O: Operation, W> Driven<O, W> {
    /// The result, or `None` where there is none yet and the task has to wait.
    fn begin(&mut self, call: &mut Call<'_>) -> Option<Result<O::Output, Error>> {
        let is_share_used_up = with_current(|scheduler, current| {
            let share = scheduler.share.get();
            scheduler.share.set(share.wrapping_sub(1));
            if share == 0 {
                scheduler.make_ready(current);
            }
            share == 0
        })?;
        if is_share_used_up { None } else { self.go_on(call) }
    }

    /// As [`begin`](Self::begin), after a wait.
    fn go_on(&mut self, call: &mut Call<'_>) -> Option<Result<O::Output, Error>> {
        if let Some(error) = self.interruption() {
            return Some(self.operation.end_early(error));
        }
        let is_patient = self.timeout != Timeout::After(Duration::ZERO);
        let attempt = with_current(|scheduler, _| {
            // What does not wait must not rely on what was known when the loop was last there.
            let patience =
                if is_patient { Patience::Reactor(&scheduler.reactor) } else { Patience::None };
            call.with_scratch(|scratch| self.operation.attempt(scratch, patience))
        })?;
        match attempt {
            Ok(Progress::Done(output)) => Some(Ok(output)),
            Err(error) => Some(Err(error)),
            Ok(Progress::Waiting) if !is_patient => {
                Some(self.operation.end_early(Error::timed_out(O::NAME)))
            }
            Ok(Progress::Waiting) => self.wait(),
        }
    }

    fn interruption(&mut self) -> Option<Error> {
        let until = self.until;
        with_current(|scheduler, current| {
            // A deadline that has passed ends also what need not wait.
            let deadline = scheduler.with(current, |task| task.deadline());
            scheduler.interruption(current, until, O::NAME).or_else(|| {
                let is_over = deadline.is_some_and(|deadline| deadline <= Instant::now());
                is_over.then_some(Error::timed_out(O::NAME))
            })
        })
        .flatten()
    }

    /// Lets the task wait; the result where it cannot.
    fn wait(&mut self) -> Option<Result<O::Output, Error>> {
        let waiting = with_current(|scheduler, current| {
            if !self.has_waited {
                self.has_waited = true;
                let deadline = scheduler.with(current, |task| task.deadline());
                let end = match self.timeout {
                    Timeout::Never => None,
                    // A time beyond what the clock can hold is no limit.
                    Timeout::After(timeout) => Instant::now().checked_add(timeout),
                };
                self.until = match (deadline, end) {
                    (Some(deadline), Some(end)) => Some(deadline.min(end)),
                    (deadline, end) => deadline.or(end),
                };
            }
            scheduler.reactor.wait(current, self.operation.waits_for(), self.until)
        })?;
        match waiting {
            Ok(()) => None,
            Err(errno) => Some(self.operation.end_early(errno.during(O::NAME))),
        }
    }
}

impl<'c, O, W> Continue<'c> for Driven<O, W>
where
    O: Operation + 'c,
    W: FnOnce(Call<'c>, Result<O::Output, Error>) -> Outcome<'c> + 'c,
{
    fn go_on(mut self: Box<Self>, mut call: Call<'c>) -> Outcome<'c> {
        match Driven::go_on(&mut self, &mut call) {
            Some(result) => (self.word)(call, result),
            None => suspend(call, self),
        }
    }
}

fn may_suspend(call: &Call<'_>) -> bool {
    with_current(|scheduler, current| scheduler.thread_of(current))
        .flatten()
        .is_some_and(|thread| call.may_suspend(thread))
}

fn suspend<'c>(call: Call<'c>, rest: Box<dyn Continue<'c> + 'c>) -> Outcome<'c> {
    call.suspend(rest, |suspended| {
        with_current(|scheduler: &Scheduler, current| {
            scheduler.with(current, |task| task.suspended = Some(suspended));
        });
    })
}
