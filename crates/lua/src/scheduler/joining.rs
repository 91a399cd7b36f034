//! Waiting for the end of a task.

use std::rc::Rc;

use moonwire_sockets::operation::{EventLoop, Patience, Progress, Wait};
use moonwire_sockets::{Errno, Error, Operation, Scratch, Waiter};

use super::task::{Status, TaskHandle};
use super::{Scheduler, note, task_of};
use crate::native::{Call, Raise, Reply, Thread, Trace};

/// Waits for the end of a task. The output is how it ended.
#[derive(Debug)]
pub(crate) struct Join {
    scheduler: Rc<Scheduler>,
    task: Waiter,
    waiter: Option<Waiter>,
}

/// How a task has ended.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) status: Status,
    thread: Option<Thread>,
    trace: Option<Box<Trace>>,
}

impl Join {
    pub(crate) fn new(handle: &TaskHandle) -> Join {
        Join { scheduler: Rc::clone(&handle.scheduler), task: handle.waiter, waiter: None }
    }

    fn leave(&mut self) {
        let Some(waiter) = self.waiter.take() else {
            return;
        };
        // Where the program has closed the coroutine that waited, the task may be gone with its handle.
        if let Some(task) = self.scheduler.tasks.borrow_mut().get_mut(self.task.0 as usize) {
            task.joiners.retain(|joiner| *joiner != waiter);
        }
    }
}

impl Operation for Join {
    const NAME: &'static str = "join";
    type Output = Joined;

    fn attempt(
        &mut self,
        _: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Joined>, Error> {
        let current = task_of(&patience);
        self.scheduler.with(self.task, |task| {
            if task.status.has_ended() {
                task.is_joined = true;
                let (thread, trace) = (task.thread, task.trace.clone());
                return Ok(Progress::Done(Joined { status: task.status, thread, trace }));
            }
            // A task that waits for itself, or for nobody, waits for ever.
            let current = current.filter(|current| *current != self.task);
            let waiter = current.ok_or(Errno::DEADLK.during(Self::NAME))?;
            if self.waiter.is_none() {
                task.joiners.push(waiter);
                self.waiter = Some(waiter);
            }
            Ok(Progress::Waiting)
        })
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Notification
    }

    fn end_early(&mut self, _: &mut Scratch, reason: Error) -> Result<Joined, Error> {
        self.leave();
        Err(reason)
    }
}

impl Drop for Join {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Joined {
    /// The reply of `join`: true and the results, or false, the error and its frames.
    pub(crate) fn reply<'c>(self, call: &mut Call<'c>) -> Result<Reply<'c>, Raise> {
        match (self.status, self.thread) {
            (Status::Cancelled, _) => Ok((false, "cancelled").into()),
            (Status::Failed, thread) => reply_with_failure(call, thread, self.trace),
            (_, Some(thread)) => call.reply_with_results(Some(true), thread),
            (_, None) => Ok(true.into()),
        }
    }
}

fn reply_with_failure<'c>(
    call: &mut Call<'c>,
    thread: Option<Thread>,
    trace: Option<Box<Trace>>,
) -> Result<Reply<'c>, Raise> {
    let trace = *trace.unwrap_or_default();
    let reply = match thread {
        Some(thread) => call.reply_with_error(thread, trace.frames.as_deref()),
        None => {
            let text = trace.message.as_deref().unwrap_or_default();
            Ok((false, call.build(|builder| builder.bytes(text))?).into())
        }
    };
    if trace.message.is_some() {
        note(trace, false);
    }
    reply
}
