//! What the parts in Lua wait with.

use std::rc::Rc;

use moonwire_sockets::Timeout;

use super::failure::failure;
use crate::drive::drive;
use crate::native::{Call, Class, Function, Object, Outcome};
use crate::scheduler::{Notified, Scheduler, WaitList};

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
    drive(call, Notified::new(list), Timeout::Never, |call, notified| match notified {
        Ok(()) => Ok(true.into()),
        Err(error) => failure(call, error, None),
    })
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
