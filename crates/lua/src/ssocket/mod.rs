//! `ssocket`: blocking socket objects with time-outs, and buffered reading.

mod addresses;
mod connecting;
mod datagrams;
mod failure;
mod object;
mod options;
mod selecting;
mod streams;

use moonwire_sockets::Shutdown;

use crate::native::{Constant, Function, Library};

/// The module.
pub(crate) static LIBRARY: Library = Library {
    name: "ssocket",
    functions: &[
        Function::new("tcp", object::tcp),
        Function::new("udp", object::udp),
        Function::new("select", selecting::select),
    ],
    classes: &[&object::TCP, &object::UDP, &streams::READER],
    constants: &[
        ("_VERSION", Constant::Text(concat!("ssocket (Moonwire ", env!("CARGO_PKG_VERSION"), ")"))),
        ("OPT_TCP_NODELAY", Constant::Text(options::NODELAY)),
        ("OPT_TCP_KEEPALIVE", Constant::Text(options::KEEPALIVE)),
        ("OPT_TCP_REUSEADDR", Constant::Text(options::REUSEADDR)),
        ("SHUT_RD", Constant::Integer(Shutdown::Receiving.number() as i64)),
        ("SHUT_WR", Constant::Integer(Shutdown::Sending.number() as i64)),
        ("SHUT_RDWR", Constant::Integer(Shutdown::Both.number() as i64)),
        ("ERROR_TIMEOUT", Constant::Text(failure::TIMEOUT)),
        ("ERROR_CLOSED", Constant::Text(failure::CLOSED)),
        ("ERROR_REFUSED", Constant::Text(failure::REFUSED)),
    ],
    script: None,
};
