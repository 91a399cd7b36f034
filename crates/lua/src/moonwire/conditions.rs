//! What the parts in Lua wait with.

use std::rc::Rc;

use moonwire_sockets::Timeout;

use super::tasks::done;
use crate::drive::drive;
use crate::native::{Call, Class, Function, Object, Outcome, Value};
use crate::scheduler::{Notified, Scheduler, TaskHandle, WaitList};

/// A list of tasks that wait for word from another.
struct Condition(Rc<WaitList>);

impl Object for Condition {
    const CLASS: &'static Class = &CONDITION;
}

/// Their class, which no program sees.
pub(super) static CONDITION: Class = Class {
    name: "condition",
    methods: &[&[
        Function::method("wait", wait),
        Function::method("notify", notify),
        Function::method("notify_all", notify_all),
        Function::method("count", count),
        Function::method("take_ended", take_ended),
    ]],
    metamethods: &[],
};

/// `condition()`.
pub(super) fn condition(mut call: Call<'_>) -> Outcome<'_> {
    let list = WaitList::new(Scheduler::of(&mut call)?);
    Ok(call.object(Condition(list))?.into())
}

/// `condition:wait()`: true when the task was woken.
fn wait(call: Call<'_>) -> Outcome<'_> {
    let list = Rc::clone(&call.this::<Condition>()?.0);
    drive(call, Notified::new(list), Timeout::Never, done)
}

/// `condition:notify()`: wakes one task; whether there was any.
fn notify(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this::<Condition>()?.0.notify_one().into())
}

/// `condition:notify_all()`.
fn notify_all(call: Call<'_>) -> Outcome<'_> {
    call.this::<Condition>()?.0.notify_all();
    Ok(true.into())
}

/// `condition:count()`: how many wait.
fn count(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this::<Condition>()?.0.len().into())
}

/// `spawn_for(condition, fn, ...)`: a task whose end is told to a condition, and its number there.
pub(super) fn spawn_for(mut call: Call<'_>) -> Outcome<'_> {
    let list = Rc::clone(&call.object_at::<Condition>(1)?.0);
    call.function(2)?;
    let scheduler = Scheduler::of(&mut call)?;
    let waiter = scheduler.spawn(&mut call, 2, true)?;
    scheduler.tell_end(waiter, list);
    let task = call.object(TaskHandle::new(scheduler, waiter))?;
    Ok((task, i64::from(waiter.0)).into())
}

/// `condition:take_ended()`: the number of a task that has ended and that was not taken yet, or nil.
fn take_ended(call: Call<'_>) -> Outcome<'_> {
    let ended = call.this::<Condition>()?.0.take_ended();
    Ok(ended.map_or(Value::Nil, |waiter| Value::Integer(waiter.0.into())).into())
}
