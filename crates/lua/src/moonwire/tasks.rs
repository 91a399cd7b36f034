//! Tasks, and the loop that runs them.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use moonwire_sockets::operation::Sleep;
use moonwire_sockets::{Error, Timeout};

use super::addresses::Subject;
use super::failure::{End, failure};
use super::settings::refuse_unknown;
use crate::drive::drive;
use crate::native::{Call, Class, Function, Object, Outcome, Raise, Reply, Value};
use crate::scheduler::{self, AtFailure, GiveWay, Join, Pass, Scheduler, Status, TaskHandle};

impl Object for TaskHandle {
    const CLASS: &'static Class = &TASK;
}

/// The class of tasks.
pub(super) static TASK: Class = Class {
    name: "task",
    methods: &[&[
        Function::method("join", join),
        Function::method("cancel", cancel),
        Function::method("status", status),
    ]],
    metamethods: &[Function::method("__tostring", tostring)],
};

/// `run([options,] main, ...)`: the results of `main`, when it and every task have ended.
pub(super) fn run(mut call: Call<'_>) -> Outcome<'_> {
    let (first, at_failure) = match call.is_table(1) {
        true => (2, at_failure(&mut call, 1)?),
        false => (1, AtFailure::default()),
    };
    call.function(first)?;
    Scheduler::of(&mut call)?.run(&mut call, first, at_failure)
}

const KEEP_GOING: &str = "keep_going";
const GRACE: &str = "grace";

/// The options of `run`.
fn at_failure(call: &mut Call<'_>, index: usize) -> Result<AtFailure, Raise> {
    let mut options = AtFailure::default();
    let problem = |text| move |_| Raise::argument(index, text);
    let known = call.each_field(index, [KEEP_GOING, GRACE].into_iter(), |name, value| {
        match name {
            KEEP_GOING => {
                options.keep_going = call
                    .boolean(value)
                    .map_err(problem("option 'keep_going' must be a boolean"))?;
            }
            _ => {
                options.grace = call
                    .timeout_seconds(value, Timeout::Never)
                    .map_err(problem("option 'grace' must be a number of seconds"))?;
            }
        }
        Ok(())
    })?;
    refuse_unknown(call, index, known)?;
    Ok(options)
}

/// `spawn(fn, ...)`: a task.
pub(super) fn spawn(mut call: Call<'_>) -> Outcome<'_> {
    call.function(1)?;
    let scheduler = Scheduler::of(&mut call)?;
    let waiter = scheduler.spawn(&mut call, 1, true)?;
    Ok(call.object(TaskHandle::new(scheduler, waiter))?.into())
}

/// `task:join()`: true and the results, or false, the error and its traceback.
fn join(call: Call<'_>) -> Outcome<'_> {
    let task = call.this::<TaskHandle>()?;
    drive(call, Join::new(task), Timeout::Never, |mut call, joined| match joined {
        Ok(joined) => joined.reply(&mut call),
        // The task that runs is the one that joins.
        Err(_) if task.status() == Status::Running => {
            failure(call, "join", &Subject::Nothing, End::OfItself)
        }
        Err(error) => failure(call, error.operation, &Subject::Nothing, error),
    })
}

/// `task:cancel()`: whether there was something to call off.
fn cancel(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this::<TaskHandle>()?.cancel().into())
}

/// `task:status()`.
fn status(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this::<TaskHandle>()?.status().name().into())
}

/// `tostring(task)`.
fn tostring(call: Call<'_>) -> Outcome<'_> {
    let status = call.this::<TaskHandle>()?.status();
    let address = call.address_of_this();
    Ok(call.text(format_args!("task ({}): {address:p}", status.name())).into())
}

/// `sleep(seconds)`: true.
pub(super) fn sleep(call: Call<'_>) -> Outcome<'_> {
    let seconds = call.number(1)?;
    if seconds.is_nan() {
        return Err(Raise::argument(1, "time is not a number"));
    }
    // What has passed already needs no sleep; what the clock cannot hold does not end.
    let duration = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
    drive(call, Sleep::new(duration), Timeout::Never, done)
}

/// `yield()`: true.
pub(super) fn give_way(call: Call<'_>) -> Outcome<'_> {
    drive(call, GiveWay::default(), Timeout::Never, done)
}

/// True, or the failure.
pub(super) fn done(call: Call<'_>, result: Result<(), Error>) -> Outcome<'_> {
    match result {
        Ok(()) => Ok(true.into()),
        Err(error) => failure(call, error.operation, &Subject::Nothing, error),
    }
}

/// `now()`: seconds on a clock that only goes forward, from an arbitrary beginning.
pub(super) fn now(_: Call<'_>) -> Outcome<'_> {
    static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
    Ok(BEGINNING.elapsed().as_secs_f64().into())
}

/// `step([seconds])`: whether any task is left.
pub(super) fn step(mut call: Call<'_>) -> Outcome<'_> {
    let timeout = call.timeout_seconds(1, Timeout::After(Duration::ZERO))?;
    Ok(Scheduler::of(&mut call)?.step(&mut call, timeout.duration())?.into())
}

/// `pollfd()`: the number of the descriptor that is readable when `step` has something to do.
pub(super) fn pollfd(mut call: Call<'_>) -> Outcome<'_> {
    match Scheduler::of(&mut call)?.descriptor() {
        Ok(number) => Ok(number.into()),
        Err(errno) => failure(call, "pollfd", &Subject::Nothing, errno),
    }
}

/// `enter_deadline(seconds)`: its number. Raises outside of tasks.
pub(super) fn enter_deadline(mut call: Call<'_>) -> Outcome<'_> {
    let timeout = call.timeout_seconds(1, Timeout::Never)?;
    match Scheduler::of(&mut call)?.enter_deadline(timeout.duration()) {
        Some(number) => Ok(number_of(number).into()),
        None => Err(Raise::Text("a deadline needs a task: call this inside of run")),
    }
}

/// `enter_shelter()`: no deadline is in force until this number is left. Raises outside of tasks.
pub(super) fn enter_shelter(mut call: Call<'_>) -> Outcome<'_> {
    match Scheduler::of(&mut call)?.enter_shelter() {
        Some(number) => Ok(number_of(number).into()),
        None => Err(Raise::Text("there is no task here")),
    }
}

/// `leave_deadline(number)`.
pub(super) fn leave_deadline(mut call: Call<'_>) -> Outcome<'_> {
    let number = call.integer(1)?;
    Scheduler::of(&mut call)?.leave_deadline(number.unsigned_abs());
    Ok(Reply::NOTHING)
}

fn number_of(number: u64) -> Value<'static> {
    Value::Integer(number.cast_signed())
}

/// `note_error(error)`: remembers where the error has come from. For a message handler in Lua.
pub(super) fn note_error(call: Call<'_>) -> Outcome<'_> {
    // The handler, and this function.
    scheduler::note_error(&call, 2);
    Ok(Reply::NOTHING)
}

/// `pass()`: true. What a script does without an operation counts as one.
pub(super) fn pass(call: Call<'_>) -> Outcome<'_> {
    drive(call, Pass, Timeout::Never, done)
}

/// `address_of(value)`: the address that tells a table from every other, for `tostring`.
pub(super) fn address_of(call: Call<'_>) -> Outcome<'_> {
    let address = call.address_of_this();
    Ok(call.text(format_args!("{address:p}")).into())
}

/// `is_task()`: whether a task makes the call.
pub(super) fn is_task(call: Call<'_>) -> Outcome<'_> {
    Ok(scheduler::is_task(&call).into())
}
