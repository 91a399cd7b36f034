//! A task, and what a program holds of it.

use std::rc::Rc;
use std::time::Instant;

use moonwire_sockets::{Waiter, Wake};

use super::{Scheduler, WaitList};
use crate::native::{Stack, Suspended, Thread};

/// What a task is at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    /// Its turn comes.
    Ready,
    /// It is its turn.
    Running,
    /// It waits.
    Waiting,
    /// It has returned.
    Done,
    /// It has raised an error.
    Failed,
    /// It was called off, and has ended.
    Cancelled,
}

impl Status {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Status::Ready => "ready",
            Status::Running => "running",
            Status::Waiting => "waiting",
            Status::Done => "done",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }

    pub(crate) const fn has_ended(self) -> bool {
        matches!(self, Status::Done | Status::Failed | Status::Cancelled)
    }
}

#[derive(Debug)]
pub(super) struct Task {
    /// `None` where it has ended without anything to tell.
    pub(super) thread: Option<Thread>,
    pub(super) status: Status,
    pub(super) suspended: Option<Suspended>,
    pub(super) parked: Option<Box<Stack>>,
    pub(super) wake: Option<Wake>,
    /// Those who wait for its end.
    pub(super) joiners: Vec<Waiter>,
    /// Who is told of its end.
    pub(super) tells: Option<Rc<WaitList>>,
    /// The deadlines that are in force, the narrowest last.
    deadlines: Vec<Option<Instant>>,
    /// The error with its traceback, or why it could not be resumed.
    pub(super) trace: Option<Box<[u8]>>,
    pub(super) is_queued: bool,
    /// Whether nobody is left who could end its wait.
    pub(super) is_deadlocked: bool,
    pub(super) has_started: bool,
    /// Whether a program can still ask about it.
    pub(super) has_handle: bool,
    /// Whether somebody has been told how it ended.
    pub(super) is_joined: bool,
    cancellation: Cancellation,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cancellation {
    None,
    Pending,
    Delivered,
}

impl Task {
    pub(super) fn new(thread: Thread, deadline: Option<Instant>, has_handle: bool) -> Task {
        Task {
            thread: Some(thread),
            status: Status::Ready,
            suspended: None,
            parked: None,
            wake: None,
            joiners: Vec::new(),
            tells: None,
            deadlines: deadline.map(Some).into_iter().collect(),
            trace: None,
            is_queued: false,
            is_deadlocked: false,
            has_started: false,
            has_handle,
            is_joined: false,
            cancellation: Cancellation::None,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadlines.last().copied().flatten()
    }

    pub(super) fn enter_deadline(&mut self, moment: Option<Instant>) {
        let deadline = match (self.deadline(), moment) {
            (Some(outer), Some(inner)) => Some(outer.min(inner)),
            (outer, inner) => outer.or(inner),
        };
        self.deadlines.push(deadline);
    }

    pub(super) fn enter_shelter(&mut self) {
        self.deadlines.push(None);
    }

    pub(super) fn leave_deadline(&mut self) {
        self.deadlines.pop();
    }

    pub(super) fn cancel(&mut self) {
        if self.cancellation == Cancellation::None {
            self.cancellation = Cancellation::Pending;
        }
    }

    /// Whether the task was called off and has not been told.
    pub(super) fn is_to_be_cancelled(&self) -> bool {
        self.cancellation == Cancellation::Pending
    }

    /// The same, and now it has been told. What it does from then on to clean up is
    /// bound by no deadline from before.
    pub(super) fn take_cancellation(&mut self) -> bool {
        let is_pending = self.cancellation == Cancellation::Pending;
        if is_pending {
            self.cancellation = Cancellation::Delivered;
            self.deadlines.fill(None);
        }
        is_pending
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancellation != Cancellation::None
    }

    /// Whether it has failed and nobody knows.
    pub(super) fn is_failure_unknown(&self) -> bool {
        self.status == Status::Failed && !self.is_joined
    }

    /// Tells of a failure that nobody has asked about.
    pub(super) fn report(&mut self) {
        self.is_joined = true;
        let trace = self.trace.as_deref().unwrap_or(b"the error is not a string");
        eprintln!(
            "moonwire: a task that nobody has joined has failed: {}",
            String::from_utf8_lossy(trace)
        );
    }
}

/// What a program holds of a task. The task's slot is kept for as long.
#[derive(Debug)]
pub(crate) struct TaskHandle {
    pub(super) scheduler: Rc<Scheduler>,
    pub(super) waiter: Waiter,
}

impl TaskHandle {
    /// A handle of a task that was spawned to have one.
    pub(crate) fn new(scheduler: Rc<Scheduler>, waiter: Waiter) -> TaskHandle {
        TaskHandle { scheduler, waiter }
    }

    /// What the task is at.
    pub(crate) fn status(&self) -> Status {
        self.scheduler.with(self.waiter, |task| task.status)
    }

    /// Calls the task off, see [`Scheduler::cancel`].
    pub(crate) fn cancel(&self) -> bool {
        self.scheduler.cancel(self.waiter)
    }
}

impl Drop for TaskHandle {
    fn drop(&mut self) {
        let has_ended = self.scheduler.with(self.waiter, |task| {
            task.has_handle = false;
            if task.is_failure_unknown() {
                task.report();
            }
            task.status.has_ended()
        });
        if has_ended {
            self.scheduler.abandon(self.waiter);
        }
    }
}
