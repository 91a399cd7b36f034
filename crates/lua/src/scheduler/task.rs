//! A task, and what a program holds of it.

use std::io::{self, Write};
use std::rc::Rc;
use std::time::Instant;

use memchr::memmem;
use moonwire_sockets::{Waiter, Wake};

use super::{Scheduler, WaitList};
use crate::convert::CANCELLED;
use crate::native::{Borrowed, Stack, Suspended, Thread, Trace};

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
    /// What its call has borrowed that waits.
    pub(super) borrowed: Option<Borrowed>,
    pub(super) wake: Option<Wake>,
    /// Those who wait for its end.
    pub(super) joiners: Vec<Waiter>,
    /// Who is told of its end.
    pub(super) tells: Option<Rc<WaitList>>,
    /// What bounds the time of what it does, by number, the innermost last.
    bounds: Vec<(u64, Bound)>,
    /// Where its error has come from, or why it could not be resumed.
    pub(super) trace: Option<Box<Trace>>,
    /// The last error that it was given from elsewhere.
    note: Option<Box<Note>>,
    pub(super) is_queued: bool,
    /// Whether it runs the function of `run`.
    pub(super) is_main: bool,
    /// Whether the other tasks go on where the function of `run` fails.
    pub(super) keeps_going: bool,
    /// Whether nobody is left who could end its wait.
    pub(super) is_deadlocked: bool,
    /// Whether its calls that may wait fail until one of them has raised the interruption.
    pub(super) is_interrupted: bool,
    pub(super) has_started: bool,
    /// Whether a program can still ask about it.
    pub(super) has_handle: bool,
    /// Whether somebody has been told how it ended.
    pub(super) is_joined: bool,
    cancellation: Cancellation,
}

/// Where an error has come from that a task may raise again.
#[derive(Debug)]
struct Note {
    trace: Trace,
    /// Whether the frames are those of the task itself, rather than of another that it has joined.
    is_own: bool,
}

/// What bounds the time of what a task does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bound {
    /// This moment, if any.
    Moment(Option<Instant>),
    /// Nothing: what is outside of it does not count.
    Shelter,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cancellation {
    None,
    /// The next call that may wait fails.
    Pending,
    Delivered,
    /// Every call that may wait fails from now on.
    Final,
}

impl Task {
    pub(super) fn new(thread: Thread, deadline: Option<Instant>, has_handle: bool) -> Task {
        Task {
            thread: Some(thread),
            status: Status::Ready,
            suspended: None,
            parked: None,
            borrowed: None,
            wake: None,
            joiners: Vec::new(),
            tells: None,
            bounds: deadline
                .map(|deadline| (0, Bound::Moment(Some(deadline))))
                .into_iter()
                .collect(),
            trace: None,
            note: None,
            is_queued: false,
            is_main: false,
            keeps_going: false,
            is_deadlocked: false,
            is_interrupted: false,
            has_started: false,
            has_handle,
            is_joined: false,
            cancellation: Cancellation::None,
        }
    }

    /// Has the processor fetch what resuming it reads first.
    #[inline]
    pub(super) fn prefetch(&self) {
        if let Some(thread) = self.thread {
            thread.prefetch();
        }
        if let Some(suspended) = &self.suspended {
            suspended.prefetch();
        }
    }

    /// The earliest of the deadlines that are in force.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let inner = self.bounds.iter().rev().map(|(_, bound)| *bound);
        inner
            .map_while(|bound| match bound {
                Bound::Moment(moment) => Some(moment),
                Bound::Shelter => None,
            })
            .flatten()
            .min()
    }

    pub(super) fn enter(&mut self, number: u64, bound: Bound) {
        self.bounds.push((number, bound));
    }

    /// Coroutines of the program's own may leave what they have entered in any order. `false` where it
    /// was not this task that has entered it.
    pub(super) fn leave(&mut self, number: u64) -> bool {
        let place = self.bounds.iter().rposition(|(entered, _)| *entered == number);
        if let Some(place) = place {
            self.bounds.remove(place);
        }
        place.is_some()
    }

    /// Remembers where an error has come from, in case that the task fails with it.
    pub(super) fn note(&mut self, trace: Trace, is_own: bool) {
        self.note = Some(Box::new(Note { trace, is_own }));
    }

    /// Notes that it has failed, and where the error has come from: that of another task, or of a function
    /// that was called under protection, has gone further than `trace` tells.
    pub(super) fn fail(&mut self, mut trace: Trace) {
        let note = self.note.take().filter(|note| match (&trace.message, &note.trace.message) {
            // A place or other words may have been put in front.
            (Some(message), Some(noted)) => !noted.is_empty() && message.ends_with(noted),
            _ => false,
        });
        if let Some(note) = note {
            trace.frames = match (note.trace.frames, trace.frames) {
                (Some(first), Some(then)) if !note.is_own => {
                    Some([first, then].join(&b'\n').into())
                }
                (first, then) => first.or(then),
            };
        }
        self.trace = Some(Box::new(trace));
    }

    pub(super) fn cancel(&mut self) {
        if self.cancellation == Cancellation::None {
            self.cancellation = Cancellation::Pending;
        }
    }

    /// Fails every further call of the task that may wait.
    pub(super) fn cancel_for_good(&mut self) {
        self.cancellation = Cancellation::Final;
    }

    /// Whether nothing bounds it and nobody has called it off.
    #[inline]
    pub(super) fn is_free(&self) -> bool {
        let is_called_off =
            matches!(self.cancellation, Cancellation::Pending | Cancellation::Final);
        self.bounds.is_empty() && !self.is_deadlocked && !self.is_interrupted && !is_called_off
    }

    /// Whether the task was called off and has not been told. What it does from then on to clean up is
    /// bound by no deadline from before.
    pub(super) fn take_cancellation(&mut self) -> bool {
        if self.cancellation == Cancellation::Final {
            return true;
        }
        let is_pending = self.cancellation == Cancellation::Pending;
        if is_pending {
            self.cancellation = Cancellation::Delivered;
            for (_, bound) in &mut self.bounds {
                *bound = Bound::Moment(None);
            }
        }
        is_pending
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancellation != Cancellation::None
    }

    /// Whether the error with which it has failed may be but what it was told by a call that was called off.
    /// Another one, of its clean-up say, is not lost with it.
    pub(super) fn speaks_of_cancellation(&self) -> bool {
        let Some(message) = self.trace.as_ref().and_then(|trace| trace.message.as_deref()) else {
            return true;
        };
        let end = memmem::find(message, b"\nstack traceback:").unwrap_or(message.len());
        memmem::find(&message[..end], CANCELLED.as_bytes()).is_some()
    }

    /// Whether it has failed and nobody knows.
    pub(super) fn is_failure_unknown(&self) -> bool {
        self.status == Status::Failed && !self.is_joined
    }

    /// Tells of a failure that nobody has asked about.
    pub(super) fn report(&mut self) {
        self.is_joined = true;
        self.tell("a task that nobody has joined has failed");
    }

    /// Tells of its failure, on the standard error stream.
    pub(super) fn tell(&self, what: &str) {
        let text = self.trace.as_ref().map(|trace| trace.text()).unwrap_or_default();
        let line = [&b"moonwire: "[..], what.as_bytes(), b": ", &text, b"\n"].concat();
        // Where nobody can be told, nobody is.
        let _ = io::stderr().write_all(&line);
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
        self.scheduler.with(self.waiter, |task| match task.status {
            Status::Waiting if task.is_queued => Status::Ready,
            status => status,
        })
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
