//! Signals.

use std::rc::Rc;

use moonwire_sockets::operation::WaitForSignal;
use moonwire_sockets::{SignalSet, Timeout, signal_number};

use super::addresses::Subject;
use super::failure::failure;
use crate::drive::drive;
use crate::native::{Call, Class, Object, Outcome, Raise};

/// The signals that a Lua state catches.
struct Signals(Rc<SignalSet>);

/// Their class, which no program sees.
pub(super) static SIGNALS: Class =
    Class { name: "moonwire signals", methods: &[], metamethods: &[] };

impl Object for Signals {
    const CLASS: &'static Class = &SIGNALS;
}

/// `signal(name, ...)`: the name of the signal that has come.
pub(super) fn signal(mut call: Call<'_>) -> Outcome<'_> {
    let count = call.argument_count().max(1);
    let mut wanted = Vec::new();
    for index in 1..=count {
        let name = call.bytes(index)?;
        let number = signal_number(name)
            .ok_or(Raise::argument(index, "no signal that may be waited for"))?;
        wanted.push((number, name));
    }
    let set = Rc::clone(&call.singleton(|| Ok(Signals(Rc::new(SignalSet::new()))))?.0);
    let numbers = wanted.iter().map(|(number, _)| *number).collect();
    let wait = match WaitForSignal::new(&set, numbers) {
        Ok(wait) => wait,
        Err(error) => return failure(call, "signal", &Subject::Nothing, error),
    };
    drive(call, wait, Timeout::Never, move |call, came| match came {
        Ok(came) => {
            let name = wanted.iter().find(|(number, _)| *number == came);
            Ok(name.map_or(&b""[..], |(_, name)| name).into())
        }
        Err(error) => failure(call, "signal", &Subject::Nothing, error),
    })
}
