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
        Function { name: "bind", body: streams::bind },
        Function { name: "accept", body: streams::accept },
        Function { name: "connect", body: streams::connect },
        Function { name: "read", body: streams::read },
        Function { name: "write", body: streams::write },
        Function { name: "close", body: streams::close },
        Function { name: "udpsocket", body: datagrams::udpsocket },
        Function { name: "sendto", body: datagrams::sendto },
        Function { name: "recvfrom", body: datagrams::recvfrom },
        Function { name: "getsockname", body: names::getsockname },
        Function { name: "getpeername", body: names::getpeername },
        Function { name: "getaddrinfo", body: names::getaddrinfo },
        Function { name: "getnameinfo", body: names::getnameinfo },
        Function { name: "msleep", body: polling::msleep },
        Function { name: "poll", body: polling::poll },
        Function { name: "pollfd", body: polling::pollfd },
        Function { name: "unpollfds", body: polling::unpollfds },
        Function { name: "ipv4addr", body: addresses::ipv4addr },
        Function { name: "ipv6addr", body: addresses::ipv6addr },
        Function { name: "unixaddr", body: addresses::unixaddr },
        Function { name: "parseaddr", body: addresses::parseaddr },
    ],
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
};
