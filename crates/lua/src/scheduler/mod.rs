//! Tasks that take turns: a call that would block lets the others run.
//!
//! The scheduler is the other driver of operations ([`drive`](crate::drive)): where a task's call has to wait,
//! its coroutine is suspended, or its C stack parked, and the task is resumed when the
//! [`Reactor`] says that the wait is over. Each Lua state has a scheduler of its own, which runs in whatever
//! thread calls it.

mod driving;
mod giving_way;
mod joining;
mod running;
mod task;
mod turning;
mod turns;
mod wait_list;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::c_void;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use moonwire_sockets::operation::{EventLoop, Patience};
use moonwire_sockets::{Cause, Errno, Error, Reactor, Waiter, Wake};
use slab::Slab;

use crate::native::{
    CLOSING, Call, Class, Object, ObjectId, Raise, Stack, Stacks, Suspended, Thread, Trace,
    is_there_memory,
};

pub(crate) use driving::drive_in_task;
pub(crate) use giving_way::{GiveWay, Pass};
pub(crate) use joining::Join;
pub(crate) use running::AtFailure;
pub(crate) use task::{Status, TaskHandle};
pub(crate) use turns::Turns;
pub(crate) use wait_list::{Notified, WaitList};

use task::{Bound, Task};

/// How many operations that need not wait a task may make before it gives way.
const SHARE: u32 = 128;
/// After how many new tasks the scheduler looks whether there is memory for more.
const TASKS_AT_ONCE: usize = 256;
/// How much memory of its own the scheduler may need for a task, in all its tables.
const MEMORY: usize = 2048;
/// How many coroutines of tasks that have ended are kept for new ones.
const MOST_IDLE: usize = 256;

/// The tasks of a Lua state.
#[derive(Debug)]
pub(crate) struct Scheduler {
    reactor: Reactor,
    stacks: Stacks,
    tasks: RefCell<Slab<Task>>,
    /// Who is to be resumed, in order.
    ready: RefCell<VecDeque<Waiter>>,
    /// Whose turn it is, and the coroutine of that task.
    current: Cell<Option<(Waiter, Thread)>>,
    /// How many more operations the current task may make.
    share: Cell<u32>,
    /// How many deadlines have been entered.
    bounds: Cell<u64>,
    /// How many tasks have not ended.
    alive: Cell<usize>,
    /// Whether somebody is in the loop.
    is_turning: Cell<bool>,
    /// Whether somebody else's loop waits for ours.
    is_watched: Cell<bool>,
    idle: RefCell<Vec<Thread>>,
    /// Whether the main function of `run` has failed, and `run` has not ended the other tasks yet.
    has_main_failed: Cell<bool>,
    /// Whether `run` ends what is left, so that no task begins any more.
    is_ending: Cell<bool>,
    /// C stacks of tasks that `run` has given up. The debug library can still look at their coroutines, and
    /// LuaJIT then looks at the C stacks.
    given_up: RefCell<Vec<Stack>>,
    /// Tasks that have ended and that nobody can ask any more.
    abandoned: RefCell<Vec<Waiter>>,
    /// Whether a task has failed since then that somebody might ask about.
    has_unknown_failure: Cell<bool>,
    /// When garbage was last collected to find tasks that have failed and that nobody can ask.
    last_search: Cell<Option<Instant>>,
    woken: RefCell<Vec<(Waiter, Wake)>>,
    /// Whether the Lua state is closing: no task is resumed any more.
    is_closed: Cell<bool>,
    lua: *const c_void,
}

/// What the Lua state holds.
pub(crate) struct Anchor(Rc<Scheduler>);

impl Drop for Anchor {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Anchor {
    /// A finaliser has found that a call which waits has borrowed its object. That call must not go on.
    ///
    /// `lua_close` runs all finalisers while everything else is still there. It is the only reason why an object
    /// goes that a task uses (but for the debug library), so where it may have called this one, all that waits
    /// is given up.
    pub(crate) fn lose_object(&self, object: ObjectId, may_be_closing: bool) {
        if self.0.lose_object(object) && may_be_closing {
            self.0.close();
        }
    }
}

/// The class of what the Lua state holds, which no program sees.
pub(crate) static ANCHOR: Class =
    Class { name: "moonwire scheduler", methods: &[], metamethods: &[] };

impl Object for Anchor {
    const CLASS: &'static Class = &ANCHOR;
}

thread_local! {
    /// The scheduler whose loop this thread is in.
    static RUNNING: RefCell<Option<Rc<Scheduler>>> = const { RefCell::new(None) };
    /// Whether there is one. Every call asks, and this takes a fraction of the time.
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Whether any loop has run in this process. Programs without one need not look into what is the thread's,
/// which for a library that is loaded late takes a call.
static HAS_RUN: AtomicBool = AtomicBool::new(false);

/// Whether the call is made in a task.
#[inline]
pub(crate) fn is_task(call: &Call<'_>) -> bool {
    is_in_loop() && is_task_of_running(call)
}

#[inline(never)]
fn is_task_of_running(call: &Call<'_>) -> bool {
    RUNNING.with_borrow(|running| {
        running.as_ref().is_some_and(|scheduler| match scheduler.current.get() {
            // Where the task has forked, the child is outside of the loop, which is the parent's.
            Some(_) if !scheduler.reactor.is_of_this_process() => false,
            Some((_, thread)) => {
                call.runs_in(thread)
                    || (scheduler.lua == call.lua_identity() && !call.runs_below_tasks())
            }
            None => false,
        })
    })
}

/// Makes a scheduler the one whose loop this thread is in. The result is the one before.
fn set_running(scheduler: Option<Rc<Scheduler>>) -> Option<Rc<Scheduler>> {
    HAS_RUN.store(true, Ordering::Relaxed);
    IS_RUNNING.set(scheduler.is_some());
    RUNNING.replace(scheduler)
}

/// Does something with the scheduler of the current task, which there is.
fn with_current<T>(act: impl FnOnce(&Scheduler, Waiter) -> T) -> Option<T> {
    RUNNING.with_borrow(|running| {
        let scheduler = running.as_ref()?;
        Some(act(scheduler, scheduler.current()?))
    })
}

/// The task that runs on this thread. In a child that a task has forked, there is none.
fn current_task() -> Option<(Rc<Scheduler>, Waiter)> {
    RUNNING.with_borrow(|running| {
        let scheduler = running.as_ref()?;
        let current = scheduler.current()?;
        scheduler.reactor.is_of_this_process().then(|| (Rc::clone(scheduler), current))
    })
}

/// Whether a task runs on this thread.
pub(crate) fn runs_a_task() -> bool {
    current_task().is_some()
}

/// Remembers where an error of another task has come from, in case that the current one fails with it.
fn note(trace: Trace, is_own: bool) {
    with_current(|scheduler, current| scheduler.with(current, |task| task.note(trace, is_own)));
}

/// The same for the error in the first argument of a message handler, see [`Call::trace`].
pub(crate) fn note_error(call: &Call<'_>, level: i32) {
    if let Some(trace) = call.trace(level) {
        let is_own = with_current(|scheduler, _| {
            scheduler.current.get().is_some_and(|(_, thread)| call.runs_in(thread))
        });
        note(trace, is_own == Some(true));
    }
}

/// The task that an attempt is made for. There is none where the driver is the one that parks the thread.
fn task_of(patience: &Patience<'_, impl EventLoop>) -> Option<Waiter> {
    match patience {
        Patience::Kernel(_) => None,
        Patience::None | Patience::Loop(_) => with_current(|_, current| current),
    }
}

/// Whether a loop runs in this thread.
#[inline]
pub(crate) fn is_in_loop() -> bool {
    HAS_RUN.load(Ordering::Relaxed) && IS_RUNNING.get()
}

/// What the current task was suspended with. `None` where its coroutine has been resumed by somebody else.
pub(crate) fn take_suspended(call: &mut Call<'_>) -> Option<Suspended> {
    let suspended = with_current(|scheduler, current| {
        scheduler.with(current, |task| {
            let is_own = task.thread.is_some_and(|thread| call.runs_in(thread));
            if is_own { task.suspended.take() } else { None }
        })
    });
    if let Some(Some(suspended)) = suspended {
        return Some(suspended);
    }
    // What was to go on here must not go on later.
    if let Ok(scheduler) = Scheduler::of(call) {
        drop(scheduler.take_suspended_in(call));
    }
    None
}

/// Runs something that belongs to no task, where one runs: what waits in it waits with the whole thread.
pub(crate) fn outside_of_tasks<T>(run: impl FnOnce() -> T) -> T {
    let exchange =
        |current| with_scheduler(|scheduler| scheduler.current.replace(current)).flatten();
    let current = exchange(None);
    let result = run();
    exchange(current);
    result
}

/// Whether the interruption of the thread is for the one who asks to raise: the main function of `run` in the
/// loop, anyone outside.
pub(crate) fn answers_interruption() -> bool {
    let is_main = with_scheduler(|scheduler| {
        scheduler.current().is_some_and(|current| {
            scheduler.with(current, |task| {
                task.is_interrupted = false;
                task.is_main
            })
        })
    });
    is_main.unwrap_or(true)
}

fn with_scheduler<T>(act: impl FnOnce(&Scheduler) -> T) -> Option<T> {
    RUNNING.with_borrow(|running| running.as_deref().map(act))
}

impl Scheduler {
    /// The scheduler of the state that the call is made in.
    pub(crate) fn of(call: &mut Call<'_>) -> Result<Rc<Scheduler>, Raise> {
        let lua = call.lua_identity();
        let anchor = call.singleton(|| match Scheduler::new(lua) {
            Ok(scheduler) => Ok(Anchor(Rc::new(scheduler))),
            Err(_) => Err(Raise::Text("no descriptors are left for an event loop")),
        })?;
        let scheduler = Rc::clone(&anchor.0);
        scheduler.may_run()?;
        Ok(scheduler)
    }

    /// Whether tasks may be resumed.
    fn may_run(&self) -> Result<(), Raise> {
        if self.is_closed.get() {
            return Err(CLOSING);
        }
        if !self.reactor.is_of_this_process() {
            let text = "the event loop belongs to the process that this one was forked from";
            return Err(Raise::Text(text));
        }
        Ok(())
    }

    fn new(lua: *const c_void) -> Result<Scheduler, Errno> {
        Ok(Scheduler {
            reactor: Reactor::new()?,
            stacks: Stacks::default(),
            tasks: RefCell::default(),
            ready: RefCell::default(),
            current: Cell::new(None),
            share: Cell::new(SHARE),
            bounds: Cell::new(0),
            alive: Cell::new(0),
            is_turning: Cell::new(false),
            is_watched: Cell::new(false),
            idle: RefCell::default(),
            has_main_failed: Cell::new(false),
            is_ending: Cell::new(false),
            given_up: RefCell::default(),
            abandoned: RefCell::default(),
            has_unknown_failure: Cell::new(false),
            last_search: Cell::new(None),
            woken: RefCell::default(),
            is_closed: Cell::new(false),
            lua,
        })
    }

    /// Does something with a task, which has not been given up.
    fn with<T>(&self, waiter: Waiter, act: impl FnOnce(&mut Task) -> T) -> T {
        act(&mut self.tasks.borrow_mut()[waiter.0 as usize])
    }

    /// Whether the call, which is made in the current task, may suspend the task's coroutine.
    #[inline]
    fn may_suspend(&self, call: &Call<'_>) -> bool {
        self.current.get().is_some_and(|(_, thread)| call.may_suspend(thread))
    }

    fn current(&self) -> Option<Waiter> {
        self.current.get().map(|(waiter, _)| waiter)
    }

    /// Starts a task: the argument at `first` is its function, those behind it are that function's.
    pub(crate) fn spawn(
        &self,
        call: &mut Call<'_>,
        first: usize,
        has_handle: bool,
    ) -> Result<Waiter, Raise> {
        if !self.has_memory() {
            return Err(Raise::Text("not enough memory"));
        }
        let idle = self.idle.borrow_mut().pop();
        let thread = match idle {
            Some(thread) if call.is_as_new(thread) => thread,
            Some(thread) => {
                call.release(thread);
                call.new_thread()?
            }
            None => call.new_thread()?,
        };
        if let Err(raise) = call.move_arguments(first, thread) {
            call.release(thread);
            return Err(raise);
        }
        let deadline =
            self.current().and_then(|current| self.with(current, |task| task.deadline()));
        let key = self.tasks.borrow_mut().insert(Task::new(thread, deadline, has_handle));
        let waiter = Waiter(u32::try_from(key).map_err(|_| Raise::Text("too many tasks"))?);
        self.alive.set(self.alive.get() + 1);
        if self.is_ending.get() {
            self.with(waiter, Task::cancel);
        }
        self.make_ready(waiter);
        Ok(waiter)
    }

    /// Whether there is memory for more tasks: those that have not begun take most of theirs when they wait, where
    /// its lack would end the process.
    fn has_memory(&self) -> bool {
        let tasks = self.tasks.borrow().len();
        !tasks.is_multiple_of(TASKS_AT_ONCE) || is_there_memory((tasks + TASKS_AT_ONCE) * MEMORY)
    }

    /// Lets a task be resumed in its turn.
    fn make_ready(&self, waiter: Waiter) {
        let is_queued = self.with(waiter, |task| std::mem::replace(&mut task.is_queued, true));
        if !is_queued {
            self.ready.borrow_mut().push_back(waiter);
            self.tell_watcher();
        }
    }

    /// Tells somebody else's loop that there is work.
    fn tell_watcher(&self) {
        let is_watched = self.is_watched.get() && self.reactor.is_of_this_process();
        if is_watched && !self.is_turning.get() {
            // Where the kernel refuses that, the loop hears of it at the next event.
            let _ = self.reactor.prepare(true);
        }
    }

    /// Ends the wait of a task that waits for word from another.
    fn notify(&self, waiter: Waiter) {
        self.reactor.forget(waiter);
        self.with(waiter, |task| task.wake = Some(Wake::Ready));
        self.make_ready(waiter);
    }

    /// Calls a task off: what it waits for, or its next call that may wait, fails once. `false` where it
    /// has ended.
    pub(crate) fn cancel(&self, waiter: Waiter) -> bool {
        let is_waiting = self.with(waiter, |task| {
            if task.status.has_ended() {
                return None;
            }
            task.cancel();
            Some(task.status == Status::Waiting)
        });
        if is_waiting == Some(true) {
            self.reactor.forget(waiter);
            self.make_ready(waiter);
        }
        is_waiting.is_some()
    }

    /// Why the current task's call must end now, if it must: it was called off, a descriptor of it was
    /// closed, or its deadline or `until` has come. A deadline that has passed ends also what need not wait.
    #[inline]
    fn interruption(
        &self,
        current: Waiter,
        until: Option<Instant>,
        operation: &'static str,
    ) -> Option<Error> {
        let (wake, is_free) = self.with(current, |task| (task.wake.take(), task.is_free()));
        let goes_on = match wake {
            None => is_free,
            Some(Wake::Ready) => is_free && !self.reactor.has_lost(current),
            Some(Wake::Closed | Wake::Moment) => false,
        };
        if goes_on { None } else { self.told(current, wake, until, operation) }
    }

    #[cold]
    fn told(
        &self,
        current: Waiter,
        wake: Option<Wake>,
        until: Option<Instant>,
        operation: &'static str,
    ) -> Option<Error> {
        if self.with(current, |task| task.is_interrupted) {
            return Some(Errno::INTR.during(operation));
        }
        let (is_deadlocked, is_cancelled, deadline) = self.with(current, |task| {
            let is_deadlocked = std::mem::take(&mut task.is_deadlocked);
            let is_cancelled = task.take_cancellation();
            (is_deadlocked, is_cancelled, task.deadline())
        });
        if is_deadlocked {
            return Some(Errno::DEADLK.during(operation));
        }
        if is_cancelled {
            return Some(Error { operation, cause: Cause::Cancelled });
        }
        let is_closed = match wake {
            Some(Wake::Closed) => true,
            Some(Wake::Ready) => self.reactor.has_lost(current),
            Some(Wake::Moment) | None => false,
        };
        if is_closed {
            return Some(Errno::BADF.during(operation));
        }
        let until = until.filter(|_| wake == Some(Wake::Moment));
        let has_come = |moment: Option<Instant>| moment.is_some_and(|end| end <= Instant::now());
        (has_come(until) || has_come(deadline)).then_some(Error::timed_out(operation))
    }

    /// Lets all that the current task does from now on end by a moment, until
    /// [`leave_deadline`](Self::leave_deadline) is told this number. `None` where no task runs.
    pub(crate) fn enter_deadline(&self, duration: Option<Duration>) -> Option<u64> {
        // One that the clock cannot hold is none.
        let moment = duration.and_then(|duration| Instant::now().checked_add(duration));
        self.enter(Bound::Moment(moment))
    }

    /// As [`enter_deadline`](Self::enter_deadline), with no deadline at all.
    pub(crate) fn enter_shelter(&self) -> Option<u64> {
        self.enter(Bound::Shelter)
    }

    fn enter(&self, bound: Bound) -> Option<u64> {
        let current = self.current()?;
        let number = self.bounds.get() + 1;
        self.bounds.set(number);
        self.with(current, |task| task.enter(number, bound));
        Some(number)
    }

    /// Has a list told when a task ends.
    pub(crate) fn tell_end(&self, waiter: Waiter, list: Rc<WaitList>) {
        self.with(waiter, |task| task.tells = Some(list));
    }

    /// Leaves the deadline with this number.
    pub(crate) fn leave_deadline(&self, number: u64) {
        let current = self.current();
        if current.is_some_and(|current| self.with(current, |task| task.leave(number))) {
            return;
        }
        // A coroutine of the program's own has entered it in one task, and leaves it in another.
        self.tasks.borrow_mut().iter_mut().any(|(_, task)| task.leave(number));
    }

    /// What the task was suspended with in whose coroutine the call runs. The task is resumed, to see what has
    /// become of it.
    fn take_suspended_in(&self, call: &Call<'_>) -> Option<Suspended> {
        let (waiter, suspended) = self.tasks.borrow_mut().iter_mut().find_map(|(key, task)| {
            let is_here = task.thread.is_some_and(|thread| call.runs_in(thread));
            if is_here { Some((Waiter(key as u32), task.suspended.take()?)) } else { None }
        })?;
        self.reactor.forget(waiter);
        self.make_ready(waiter);
        Some(suspended)
    }

    /// Sees to it that no call which has borrowed an object goes on. Whether there is a task that would have.
    fn lose_object(&self, object: ObjectId) -> bool {
        let mut is_needed = false;
        for (_, task) in self.tasks.borrow_mut().iter_mut() {
            if task.borrowed.as_mut().is_some_and(|borrowed| borrowed.lose(object)) {
                // The coroutine may have been closed by the program, and the task not have been told.
                let is_suspended = task.thread.is_some_and(Thread::is_suspended);
                is_needed |= task.parked.is_some() || is_suspended;
            }
        }
        is_needed
    }

    /// Drops what the calls that wait own, for the Lua state is at its end. Nothing goes on after that.
    fn close(&self) {
        self.is_closed.set(true);
        let rests: Vec<_> = self
            .tasks
            .borrow_mut()
            .iter_mut()
            .map(|(_, task)| {
                (task.borrowed.take(), task.suspended.take(), task.parked.take(), task.tells.take())
            })
            .collect();
        for (borrowed, suspended, parked, _) in rests {
            drop((borrowed, suspended));
            if let Some(stack) = parked {
                stack.give_up();
            }
        }
    }
}
