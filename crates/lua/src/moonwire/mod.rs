//! `moonwire`: the module for new programs.

mod addresses;
mod batches;
mod conditions;
mod connecting;
mod datagrams;
mod failure;
mod files;
mod listener;
mod object;
mod options;
mod reading;
mod resolving;
mod serving;
mod settings;
mod signals;
mod stream;
mod tasks;
mod writing;

use crate::native::{Constant, Function, Library, Script};
use crate::scheduler;

/// The module.
pub(crate) static LIBRARY: Library = Library {
    name: "moonwire",
    functions: &[
        Function::new("listen", listener::listen),
        Function::new("connect", connecting::connect),
        Function::new("udp", datagrams::udp),
        Function::new("resolve", resolving::resolve),
        Function::new("run", tasks::run),
        Function::new("spawn", tasks::spawn),
        Function::new("sleep", tasks::sleep),
        Function::new("now", tasks::now),
        Function::new("yield", tasks::give_way),
        Function::new("signal", signals::signal),
        Function::new("step", tasks::step),
        Function::new("pollfd", tasks::pollfd),
    ],
    classes: &[
        &listener::CLASS,
        &listener::INCOMING,
        &stream::CLASS,
        &reading::LINES,
        &signals::SIGNALS,
        &datagrams::CLASS,
        &tasks::TASK,
        &scheduler::ANCHOR,
    ],
    constants: &[("_VERSION", Constant::Text(concat!("moonwire ", env!("CARGO_PKG_VERSION"))))],
    script: Some(&SCRIPT),
};

/// What is written in Lua: it holds Lua values, or calls Lua functions.
static SCRIPT: Script = Script {
    sources: &[
        (c"=moonwire", include_str!("concurrency.lua")),
        (c"=moonwire.serve", include_str!("serve.lua")),
    ],
    natives: &Library {
        name: "moonwire natives",
        functions: &[
            Function::new("condition", conditions::condition),
            Function::new("spawn_for", conditions::spawn_for),
            Function::new("enter_deadline", tasks::enter_deadline),
            Function::new("enter_shelter", tasks::enter_shelter),
            Function::new("leave_deadline", tasks::leave_deadline),
            Function::new("note_error", tasks::note_error),
            Function::new("pass", tasks::pass),
            Function::new("is_task", tasks::is_task),
            Function::new("is_listener", serving::is_listener),
            Function::new("accept", serving::accept),
            Function::new("stop_listening", serving::stop_listening),
            Function::new("linger", serving::linger),
            Function::new("report", serving::report),
            Function::new("address_of", tasks::address_of),
        ],
        classes: &[&conditions::CONDITION],
        constants: &[("listener", Constant::Methods(&listener::CLASS))],
        script: None,
    },
};
