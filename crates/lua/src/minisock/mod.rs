//! `minisock`: raw addresses and integer descriptors, close to the system calls.
//!
//! One module serves both forms of the library: the later one with raw addresses and `poll`, and the
//! earlier one with `host, service`.

mod addresses;
mod datagrams;
mod failure;
mod names;
mod polling;
mod streams;

use moonwire_sockets::events;

use crate::native::{Constant, Function, Library};

/// The most bytes that `read` returns.
const BUFSIZE: usize = 4096;
/// The most bytes of a datagram that `recvfrom` returns.
const UDPMAXSIZE: usize = 2048;
/// How long `read`, `recvfrom` and `poll` wait where they are not told, in milliseconds.
const DEFAULT_TIMEOUT: i64 = 10_000;

/// The module.
pub(crate) static LIBRARY: Library = Library {
    name: "minisock",
    functions: &[
        Function::new("bind", streams::bind),
        Function::new("accept", streams::accept),
        Function::new("connect", streams::connect),
        Function::new("read", streams::read),
        Function::new("write", streams::write),
        Function::new("close", streams::close),
        Function::new("udpsocket", datagrams::udpsocket),
        Function::new("sendto", datagrams::sendto),
        Function::new("recvfrom", datagrams::recvfrom),
        Function::new("getsockname", names::getsockname),
        Function::new("getpeername", names::getpeername),
        Function::new("getaddrinfo", names::getaddrinfo),
        Function::new("getnameinfo", names::getnameinfo),
        Function::new("msleep", polling::msleep),
        Function::new("poll", polling::poll),
        Function::new("pollfd", polling::pollfd),
        Function::new("unpollfds", polling::unpollfds),
        Function::new("ipv4addr", addresses::ipv4addr),
        Function::new("ipv6addr", addresses::ipv6addr),
        Function::new("unixaddr", addresses::unixaddr),
        Function::new("parseaddr", addresses::parseaddr),
    ],
    classes: &[],
    constants: &[
        ("VERSION", Constant::Text(concat!("minisock (Moonwire ", env!("CARGO_PKG_VERSION"), ")"))),
        ("BUFSIZE", Constant::Integer(BUFSIZE as i64)),
        ("UDPMAXSIZE", Constant::Integer(UDPMAXSIZE as i64)),
        ("DEFAULT_TIMEOUT", Constant::Integer(DEFAULT_TIMEOUT)),
        ("POLLIN", Constant::Integer(events::IN as i64)),
        ("POLLOUT", Constant::Integer(events::OUT as i64)),
        ("POLLERR", Constant::Integer(events::ERR as i64)),
        ("POLLHUP", Constant::Integer(events::HUP as i64)),
        ("POLLNVAL", Constant::Integer(events::NVAL as i64)),
    ],
    script: None,
};
