//! `moonwire`: sockets for new programs.

mod addresses;
mod batches;
mod connecting;
mod datagrams;
mod failure;
mod files;
mod listener;
mod object;
mod options;
mod reading;
mod resolving;
mod settings;
mod stream;
mod writing;

use crate::native::{Constant, Function, Library};

/// The module.
pub(crate) static LIBRARY: Library = Library {
    name: "moonwire",
    functions: &[
        Function::new("listen", listener::listen),
        Function::new("connect", connecting::connect),
        Function::new("udp", datagrams::udp),
        Function::new("resolve", resolving::resolve),
    ],
    classes: &[
        &listener::CLASS,
        &listener::INCOMING,
        &stream::CLASS,
        &reading::LINES,
        &datagrams::CLASS,
    ],
    constants: &[("_VERSION", Constant::Text(concat!("moonwire ", env!("CARGO_PKG_VERSION"))))],
};
