//! `run`: all tasks until they have ended, and what becomes of them where the main function fails.

use std::rc::Rc;
use std::time::{Duration, Instant};

use moonwire_sockets::{Errno, Timeout, Waiter, is_interrupted, take_interruption};

use super::Scheduler;
use super::task::{Status, Task};
use super::turning::enter;
use crate::native::{Call, INTERRUPTED, Raise, Reply};

/// How many turns tasks have to end whose every wait fails.
const LAST_TURNS: usize = 64;

/// What becomes of the other tasks where the main function of `run` raises an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtFailure {
    /// They go on, and `run` raises the error when they have ended. They are cancelled otherwise.
    pub(crate) keep_going: bool,
    /// How long they may take to clean up.
    pub(crate) grace: Timeout,
}

/// How the tasks of `run` have come to their end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ended {
    /// By themselves, or after the main function had failed.
    Alone,
    /// By an interruption, after the main function had returned.
    Interrupted,
}

impl Default for AtFailure {
    fn default() -> AtFailure {
        AtFailure { keep_going: false, grace: Timeout::After(Duration::from_secs(5)) }
    }
}

impl Scheduler {
    /// Runs a task, whose function is the argument at `first`, and all others, until all have ended. The
    /// reply is what the task has returned.
    pub(crate) fn run<'c>(
        self: &Rc<Scheduler>,
        call: &mut Call<'c>,
        first: usize,
        at_failure: AtFailure,
    ) -> Result<Reply<'c>, Raise> {
        let turning = enter(self)?;
        let main = self.spawn(call, first, false)?;
        self.with(main, |task| {
            task.is_joined = true;
            task.is_main = true;
            task.keeps_going = at_failure.keep_going;
        });
        let turned = self.turn_to_the_end(call, at_failure.grace);
        drop(turning);
        self.may_run()?;
        self.report_failures();
        if turned.is_err() {
            return Err(Raise::Text("the event loop has failed"));
        }
        let (status, thread, trace) =
            self.with(main, |task| (task.status, task.thread, task.trace.take()));
        let reply = match thread {
            Some(thread) if status == Status::Failed => {
                // An error that is no string stays what it is.
                let text = trace.filter(|trace| trace.message.is_some()).map(|trace| trace.text());
                Err(call.raise_error_of(thread, text.as_deref()))
            }
            None if status == Status::Failed => {
                let text = trace.map(|trace| trace.text()).unwrap_or_default();
                Err(call.raise(&text))
            }
            Some(thread) if status == Status::Done => call.reply_with_results(None, thread),
            _ => Ok(Reply::NOTHING),
        };
        self.give_up(call, main);
        match turned {
            Ok(Ended::Interrupted) => Err(call.raise(INTERRUPTED.as_bytes())),
            _ => reply,
        }
    }

    /// Turns until no task is left, or until those that are left have had their time to clean up.
    fn turn_to_the_end(&self, call: &mut Call<'_>, grace: Timeout) -> Result<Ended, Errno> {
        while self.alive.get() > 0 && self.may_run().is_ok() {
            self.turn(call, None, true)?;
            if self.has_main_failed.take() {
                self.end_others(call, grace)?;
            } else if is_interrupted() && !self.interrupt_main() {
                self.end_others(call, grace)?;
                return Ok(Ended::Interrupted);
            }
        }
        Ok(Ended::Alone)
    }

    /// Fails what the main function of `run` waits for, which then raises the interruption. `false` where the
    /// function has ended.
    fn interrupt_main(&self) -> bool {
        let is_waiting = self
            .tasks
            .borrow_mut()
            .iter_mut()
            .find(|(_, task)| task.is_main && !task.status.has_ended())
            .map(|(key, task)| {
                task.is_interrupted = true;
                task.keeps_going = false;
                (Waiter(key as u32), task.status == Status::Waiting)
            });
        if let Some((main, true)) = is_waiting {
            self.reactor.forget(main);
            self.make_ready(main);
        }
        is_waiting.is_some()
    }

    /// Cancels all tasks, and gives those up that have not ended when the time is over.
    fn end_others(&self, call: &mut Call<'_>, grace: Timeout) -> Result<(), Errno> {
        // This answers an interruption.
        take_interruption();
        for waiter in self.alive() {
            self.cancel(waiter);
        }
        // A time beyond what the clock can hold is no limit.
        let end = grace.duration().and_then(|grace| Instant::now().checked_add(grace));
        while self.alive.get() > 0 && self.may_run().is_ok() {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return self.end_by_force(call);
            }
            self.turn(call, left, true)?;
        }
        Ok(())
    }

    /// Fails every wait of the tasks that are left, gives them a last chance to end, and then gives them up.
    fn end_by_force(&self, call: &mut Call<'_>) -> Result<(), Errno> {
        self.is_ending.set(true);
        for waiter in self.alive() {
            self.with(waiter, Task::cancel_for_good);
            self.reactor.forget(waiter);
            self.make_ready(waiter);
        }
        // Tasks that wait for other tasks, such as groups, end a turn later than those.
        let mut turned = Ok(());
        for _ in 0..LAST_TURNS {
            if self.alive.get() > 0 && turned.is_ok() {
                turned = self.turn(call, Some(Duration::ZERO), true);
            }
        }
        self.ready.borrow_mut().clear();
        for waiter in self.alive() {
            self.end_without_a_turn(call, waiter);
        }
        self.is_ending.set(false);
        turned
    }

    /// The tasks that have not ended.
    fn alive(&self) -> Vec<Waiter> {
        let tasks = self.tasks.borrow();
        let alive = tasks.iter().filter(|(_, task)| !task.status.has_ended());
        alive.map(|(key, _)| Waiter(key as u32)).collect()
    }

    /// Ends a task that is never resumed again. What its pending call owns is dropped.
    fn end_without_a_turn(&self, call: &mut Call<'_>, waiter: Waiter) {
        self.alive.set(self.alive.get() - 1);
        self.reactor.retire(waiter);
        let (thread, borrowed, suspended, parked, joiners, tells, is_kept) =
            self.with(waiter, |task| {
                task.status = Status::Cancelled;
                task.is_queued = false;
                (
                    task.thread.take(),
                    task.borrowed.take(),
                    task.suspended.take(),
                    task.parked.take(),
                    std::mem::take(&mut task.joiners),
                    task.tells.take(),
                    task.has_handle,
                )
            });
        drop((borrowed, suspended, joiners, tells));
        if let Some(stack) = parked {
            self.given_up.borrow_mut().push(stack.give_up());
        }
        if let Some(thread) = thread {
            call.release(thread);
        }
        if !is_kept {
            self.give_up(call, waiter);
        }
    }
}
