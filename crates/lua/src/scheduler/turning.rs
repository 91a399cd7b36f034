//! The loop.

use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use moonwire_sockets::{Errno, Waiter, is_interrupted};

use super::task::Status;
use super::{MOST_IDLE, SHARE, Scheduler, set_running};
use crate::native::{Call, Raise, Ran, Resumed, Target, Thread, Trace, prefetch};

/// How often garbage is collected at most to find tasks that have failed and that nobody can ask.
const SEARCH: Duration = Duration::from_secs(1);

/// What has become of a task whose coroutine the program has resumed or closed by itself.
const TAKEN_OVER: &str = "the task's coroutine was resumed or closed by another than the scheduler";

/// Puts things back when the loop is left.
pub(super) struct Turning<'a> {
    scheduler: &'a Scheduler,
    outer: Option<Rc<Scheduler>>,
    _target: Target,
}

impl Drop for Turning<'_> {
    fn drop(&mut self) {
        self.scheduler.is_turning.set(false);
        set_running(self.outer.take());
    }
}

pub(super) fn enter(scheduler: &Rc<Scheduler>) -> Result<Turning<'_>, Raise> {
    if scheduler.is_turning.replace(true) {
        return Err(Raise::Text(
            "run inside run: the event loop of this Lua state is running already",
        ));
    }
    scheduler.reactor.adopt_thread();
    let outer = set_running(Some(Rc::clone(scheduler)));
    Ok(Turning { scheduler, outer, _target: Target::none() })
}

impl Scheduler {
    /// Does what there is to do, and waits for it for at most `timeout`. Whether any task is left.
    pub(crate) fn step(
        self: &Rc<Scheduler>,
        call: &mut Call<'_>,
        timeout: Option<Duration>,
    ) -> Result<bool, Raise> {
        let turning = enter(self)?;
        let turned = self.turn(call, timeout, timeout.is_none());
        drop(turning);
        self.may_run()?;
        call.check_interruption()?;
        let at_once = !self.ready.borrow().is_empty();
        let prepared = if self.is_watched.get() { self.reactor.prepare(at_once) } else { Ok(()) };
        match turned.and(prepared) {
            Ok(()) => Ok(self.alive.get() > 0),
            Err(_) => Err(Raise::Text("the event loop has failed")),
        }
    }

    /// The descriptor that is readable when [`step`](Self::step) has something to do.
    pub(crate) fn descriptor(&self) -> Result<i32, Errno> {
        let descriptor = self.reactor.descriptor()?;
        self.is_watched.set(true);
        self.reactor.prepare(!self.ready.borrow().is_empty())?;
        Ok(descriptor.number())
    }

    /// Lets each task that is ready have its turn, then waits for at most `timeout` for others to become
    /// ready. Where all tasks wait for each other, it fails their waits if `ends_deadlocks` says so.
    pub(super) fn turn(
        &self,
        call: &mut Call<'_>,
        timeout: Option<Duration>,
        ends_deadlocks: bool,
    ) -> Result<(), Errno> {
        let turns = self.ready.borrow().len();
        for _ in 0..turns {
            let next = self.next_ready();
            if let Some(waiter) = next {
                self.resume(call, waiter);
            }
            // The task has closed the state, or this is a child that it has forked.
            if self.may_run().is_err() {
                return Ok(());
            }
        }
        self.give_up_abandoned(call);
        if self.alive.get() == 0 {
            return Ok(());
        }
        if self.ready.borrow().is_empty() {
            self.search_failures(call);
        }
        // Finalisers may have woken somebody.
        let is_idle = self.ready.borrow().is_empty();
        if is_idle && ends_deadlocks && self.reactor.is_deadlocked() {
            self.break_deadlock();
            return Ok(());
        }
        let waits = is_idle && !self.has_main_failed.get() && !is_interrupted();
        let timeout = if waits { timeout } else { Some(Duration::ZERO) };
        let mut woken = self.woken.take();
        let turned = self.reactor.turn(timeout, &mut woken);
        {
            let (mut tasks, mut ready) = (self.tasks.borrow_mut(), self.ready.borrow_mut());
            for (waiter, wake) in woken.drain(..) {
                let task = &mut tasks[waiter.0 as usize];
                task.wake = Some(wake);
                if !std::mem::replace(&mut task.is_queued, true) {
                    ready.push_back(waiter);
                }
            }
        }
        self.woken.replace(woken);
        turned
    }

    /// Takes out whose turn it is, and has the processor fetch what those behind need: where there are many
    /// tasks, little of it is in the caches.
    fn next_ready(&self) -> Option<Waiter> {
        let mut ready = self.ready.borrow_mut();
        let next = ready.pop_front();
        if ready.len() > 4 {
            let tasks = self.tasks.borrow();
            if let Some(task) = tasks.get(ready[4].0 as usize) {
                prefetch(task, 3);
            }
            if let Some(task) = tasks.get(ready[1].0 as usize) {
                task.prefetch();
            }
        }
        next
    }

    /// Fails the waits of all tasks, each of which waits for another.
    fn break_deadlock(&self) {
        let waiting: Vec<_> = self
            .tasks
            .borrow_mut()
            .iter_mut()
            .filter(|(_, task)| task.status == Status::Waiting)
            .map(|(key, task)| {
                task.is_deadlocked = true;
                Waiter(key as u32)
            })
            .collect();
        for waiter in waiting {
            self.reactor.forget(waiter);
            self.make_ready(waiter);
        }
    }

    fn resume(&self, call: &mut Call<'_>, waiter: Waiter) {
        let (thread, parked, has_started) = self.with(waiter, |task| {
            task.is_queued = false;
            if !task.has_started && task.is_cancelled() {
                task.take_cancellation();
                return (None, None, false);
            }
            task.status = Status::Running;
            (task.thread, task.parked.take(), std::mem::replace(&mut task.has_started, true))
        });
        let Some(thread) = thread else {
            self.end(call, waiter, Status::Cancelled);
            return;
        };
        self.current.set(Some((waiter, thread)));
        self.share.set(SHARE);
        let target = Target::thread(thread);
        let ran = match parked {
            Some(stack) => Ok(self.stacks.go_on(call, *stack)),
            None if has_started && !thread.is_suspended() => Err(io::Error::other(TAKEN_OVER)),
            None => self.stacks.resume(call, thread),
        };
        drop(target);
        self.current.set(None);
        match ran {
            Ok(Ran::Parked(stack)) => self.with(waiter, |task| {
                task.parked = Some(Box::new(stack));
                task.status = Status::Waiting;
            }),
            Ok(Ran::Resumed(Resumed::Yielded)) => self.yielded(waiter, thread),
            Ok(Ran::Resumed(Resumed::Returned(count))) => {
                if count == 0 {
                    self.with(waiter, |task| task.thread = None);
                    self.recycle(call, thread);
                }
                self.end(call, waiter, Status::Done);
            }
            Ok(Ran::Resumed(Resumed::Failed(trace))) => {
                self.with(waiter, |task| task.fail(trace));
                self.end(call, waiter, Status::Failed);
            }
            Err(error) => {
                // Nothing has run, so what lies on the coroutine's stack is no error.
                let suspended = self.with(waiter, |task| {
                    let message = Some(error.to_string().into_bytes().into());
                    task.trace = Some(Box::new(Trace { message, frames: None }));
                    task.thread = None;
                    task.suspended.take()
                });
                // Nobody may wake a task that has ended.
                drop(suspended);
                call.release(thread);
                self.end(call, waiter, Status::Failed);
            }
        }
    }

    /// The coroutine is suspended: by a call that waits, or by `coroutine.yield`, which gives way.
    fn yielded(&self, waiter: Waiter, thread: Thread) {
        let waits = self.with(waiter, |task| {
            task.status = Status::Waiting;
            task.suspended.is_some()
        });
        if !waits {
            thread.clear();
            self.make_ready(waiter);
        }
    }

    fn end(&self, call: &mut Call<'_>, waiter: Waiter, status: Status) {
        self.alive.set(self.alive.get() - 1);
        self.reactor.retire(waiter);
        let is_last = self.alive.get() == 0;
        let (joiners, tells, is_kept) = self.with(waiter, |task| {
            if task.is_main && status == Status::Failed {
                self.has_main_failed.set(!task.keeps_going);
                // `run` raises the error when all tasks have ended, which may be never.
                if task.keeps_going && !is_last {
                    task.tell("the function of run has failed, and other tasks go on");
                }
            }
            let is_cancelled =
                task.is_cancelled() && (status != Status::Failed || task.speaks_of_cancellation());
            task.status = if is_cancelled { Status::Cancelled } else { status };
            let joiners = std::mem::take(&mut task.joiners);
            let tells = task.tells.take();
            if task.is_failure_unknown() && joiners.is_empty() && tells.is_none() {
                match task.has_handle {
                    true => self.has_unknown_failure.set(true),
                    false => task.report(),
                }
            }
            // The one without a handle that is joined is that of `run`.
            (joiners, tells, task.has_handle || task.is_joined)
        });
        for joiner in joiners {
            self.notify(joiner);
        }
        if let Some(list) = tells {
            list.note_end(waiter);
        }
        if !is_kept {
            self.give_up(call, waiter);
        }
    }

    /// Keeps a coroutine that has returned for another task.
    fn recycle(&self, call: &mut Call<'_>, thread: Thread) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() < MOST_IDLE && !thread.is_suspended() {
            thread.clear();
            idle.push(thread);
        } else {
            drop(idle);
            call.release(thread);
        }
    }

    /// Gives a task up that has ended.
    pub(super) fn give_up(&self, call: &mut Call<'_>, waiter: Waiter) {
        let task = self.tasks.borrow_mut().remove(waiter.0 as usize);
        match task.thread {
            Some(thread) if task.status == Status::Done => self.recycle(call, thread),
            Some(thread) => call.release(thread),
            None => {}
        }
    }

    /// Lets a task that has ended be given up when there is a Lua state at hand.
    pub(super) fn abandon(&self, waiter: Waiter) {
        self.abandoned.borrow_mut().push(waiter);
    }

    fn next_abandoned(&self) -> Option<Waiter> {
        self.abandoned.borrow_mut().pop()
    }

    fn give_up_abandoned(&self, call: &mut Call<'_>) {
        while let Some(waiter) = self.next_abandoned() {
            self.give_up(call, waiter);
        }
    }

    /// Finds out whether anybody can still ask about tasks that have failed: those that nobody can are
    /// told of. Without this, an idle program would hear of a failure only when Lua collects garbage.
    fn search_failures(&self, call: &mut Call<'_>) {
        let is_due = self.last_search.get().is_none_or(|last| last.elapsed() >= SEARCH);
        if self.has_unknown_failure.get() && is_due {
            self.has_unknown_failure.set(false);
            self.last_search.set(Some(Instant::now()));
            call.collect_garbage();
        }
    }

    /// Tells of all failures that nobody has asked about.
    pub(super) fn report_failures(&self) {
        let mut tasks = self.tasks.borrow_mut();
        for (_, task) in tasks.iter_mut().filter(|(_, task)| task.is_failure_unknown()) {
            task.report();
        }
    }
}
