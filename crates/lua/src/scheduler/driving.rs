//! Operations that a task runs.

use std::time::{Duration, Instant};

use moonwire_sockets::operation::{Patience, Progress};
use moonwire_sockets::{Errno, Error, Operation, Timeout, Waiter};

use super::{Scheduler, with_current};
use crate::native::{Call, Continue, Outcome, Parked, Raise, park, release_held, stay};

/// An operation on its way, and what is to be done with what comes of it.
struct Driven<O, W> {
    operation: O,
    word: W,
    timeout: Timeout,
    /// When it has to end: known from the first wait on.
    until: Option<Instant>,
    has_waited: bool,
}

/// What is to be done next.
enum Step<T> {
    /// Nothing: the operation has ended.
    Done(Result<T, Error>),
    /// The task waits, and its coroutine may be suspended.
    Suspend,
    /// The task waits, and the C stack has to be parked.
    Park,
    /// What the call needs has gone while it waited.
    Lost,
}

const LOST: Raise = Raise::Text("what the call needs has gone while it waited");

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
    let mut step = driven.begin(&mut call);
    loop {
        match step {
            Step::Done(result) => {
                call.check_interruption()?;
                return (driven.word)(call, result);
            }
            Step::Suspend => return suspend(call, Box::new(driven)),
            Step::Park => {
                if park() == Parked::IsGivenUp {
                    drop(driven);
                    release_held();
                    stay();
                }
            }
            Step::Lost => return Err(LOST),
        }
        step = driven.go_on(&mut call);
    }
}

impl<O: Operation, W> Driven<O, W> {
    fn begin(&mut self, call: &mut Call<'_>) -> Step<O::Output> {
        self.step(call, |driven, scheduler, current, call| {
            let share = scheduler.share.get();
            scheduler.share.set(share.wrapping_sub(1));
            if share == 0 {
                scheduler.make_ready(current);
                return None;
            }
            driven.attempt(scheduler, current, call)
        })
    }

    /// As [`begin`](Self::begin), after a wait.
    fn go_on(&mut self, call: &mut Call<'_>) -> Step<O::Output> {
        let borrowed =
            with_current(|scheduler, current| scheduler.with(current, |task| task.borrowed.take()));
        if !borrowed.flatten().is_some_and(|borrowed| call.still_has(&borrowed)) {
            return Step::Lost;
        }
        self.step(call, Driven::attempt)
    }

    /// Does something that gives the result, or lets the task wait.
    #[inline]
    fn step(
        &mut self,
        call: &mut Call<'_>,
        act: impl FnOnce(
            &mut Self,
            &Scheduler,
            Waiter,
            &mut Call<'_>,
        ) -> Option<Result<O::Output, Error>>,
    ) -> Step<O::Output> {
        let step = with_current(|scheduler, current| match act(self, scheduler, current, call) {
            Some(result) => Step::Done(result),
            None => {
                let borrowed = call.borrow_arguments();
                scheduler.with(current, |task| task.borrowed = Some(borrowed));
                if scheduler.may_suspend(call) { Step::Suspend } else { Step::Park }
            }
        });
        // Where no task runs, nobody would end the wait.
        step.unwrap_or(Step::Done(Err(Errno::DEADLK.during(O::NAME))))
    }

    /// The result, or `None` where there is none yet and the task has to wait.
    #[inline]
    fn attempt(
        &mut self,
        scheduler: &Scheduler,
        current: Waiter,
        call: &mut Call<'_>,
    ) -> Option<Result<O::Output, Error>> {
        if let Some(error) = scheduler.interruption(current, self.until, O::NAME)
            && !self.goes_on_after(scheduler, current, &error)
        {
            return Some(self.end_early(call, error));
        }
        let is_patient = self.timeout != Timeout::After(Duration::ZERO);
        // What does not wait must not rely on what was known when the loop was last there.
        let patience = if is_patient { Patience::Loop(&scheduler.reactor) } else { Patience::None };
        match call.with_scratch(|scratch| self.operation.attempt(scratch, patience)) {
            Ok(Progress::Done(output)) => Some(Ok(output)),
            Err(error) => Some(Err(error)),
            Ok(Progress::Waiting) if !is_patient => {
                Some(self.end_early(call, Error::timed_out(O::NAME)))
            }
            Ok(Progress::Waiting) => self.wait(scheduler, current, call),
        }
    }

    /// Whether the operation goes on after what has interrupted it, which is true of some where one of many
    /// descriptors was closed.
    #[cold]
    fn goes_on_after(&mut self, scheduler: &Scheduler, current: Waiter, error: &Error) -> bool {
        if error.errno() != Some(Errno::BADF) {
            return false;
        }
        let mut closed = Vec::new();
        scheduler.reactor.lost(current, &mut closed);
        self.operation.continue_without(&closed)
    }

    /// What the operation gives where it has to end before it is done.
    #[cold]
    fn end_early(&mut self, call: &mut Call<'_>, reason: Error) -> Result<O::Output, Error> {
        call.with_scratch(|scratch| self.operation.end_early(scratch, reason))
    }

    /// Lets the task wait; the result where it cannot.
    fn wait(
        &mut self,
        scheduler: &Scheduler,
        current: Waiter,
        call: &mut Call<'_>,
    ) -> Option<Result<O::Output, Error>> {
        if !self.has_waited {
            self.has_waited = true;
            let deadline = scheduler.with(current, |task| task.deadline());
            // A time beyond what the clock can hold is no limit.
            let end =
                self.timeout.duration().and_then(|timeout| Instant::now().checked_add(timeout));
            self.until = deadline.into_iter().chain(end).min();
        }
        match scheduler.reactor.wait(current, self.operation.waits_for(), self.until) {
            Ok(()) => None,
            Err(errno) => Some(self.end_early(call, errno.during(O::NAME))),
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
            Step::Done(result) => {
                call.check_interruption()?;
                (self.word)(call, result)
            }
            // It was suspended before, so it may be again.
            Step::Suspend | Step::Park => suspend(call, self),
            Step::Lost => Err(LOST),
        }
    }
}

fn suspend<'c>(call: Call<'c>, rest: Box<dyn Continue<'c> + 'c>) -> Outcome<'c> {
    call.suspend(rest, |suspended| {
        with_current(|scheduler: &Scheduler, current| {
            scheduler.with(current, |task| task.suspended = Some(suspended));
        });
    })
}
