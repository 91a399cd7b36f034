//! `moonwire`: the module for new programs.

mod conditions;
mod signals;
mod tasks;

use crate::native::{Function, Library, Script};
use crate::scheduler;

/// The module.
pub(crate) static LIBRARY: Library = Library {
    name: "moonwire",
    functions: &[
        Function::new("run", tasks::run),
        Function::new("spawn", tasks::spawn),
        Function::new("sleep", tasks::sleep),
        Function::new("now", tasks::now),
        Function::new("yield", tasks::give_way),
        Function::new("signal", signals::signal),
        Function::new("step", tasks::step),
        Function::new("pollfd", tasks::pollfd),
    ],
    classes: &[&scheduler::ANCHOR, &tasks::TASK],
    constants: &[],
    script: Some(&SCRIPT),
};

/// What is written in Lua: it holds Lua values, or calls Lua functions.
static SCRIPT: Script = Script {
    name: c"=moonwire",
    source: include_str!("concurrency.lua"),
    natives: &Library {
        name: "moonwire natives",
        functions: &[
            Function::new("condition", conditions::condition),
            Function::new("enter_deadline", tasks::enter_deadline),
            Function::new("leave_deadline", tasks::leave_deadline),
            Function::new("current", tasks::current),
        ],
        classes: &[&conditions::CONDITION],
        constants: &[],
        script: None,
    },
};
