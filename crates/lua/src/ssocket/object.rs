//! The socket objects, and what both have in common.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use moonwire_sockets::{
    Address, Descriptor, Errno, Error, Family, Handle, Kind, ReadBuffer, Socket, SocketCell,
    Timeout,
};

use super::options::Remembered;
use super::{addresses, connecting, datagrams, options, streams};
use crate::native::{Call, Class, Function, Object, Outcome, Raise, Reply, Value};
use crate::scheduler;

/// What every socket object has.
pub(super) struct Endpoint {
    pub(super) socket: SocketCell,
    pub(super) timeout: Cell<Timeout>,
    /// The time-out as it was set, in seconds.
    seconds: Cell<f64>,
    /// The options that were set before there was a descriptor.
    pub(super) options: RefCell<Remembered>,
}

impl Endpoint {
    fn new(socket: SocketCell) -> Endpoint {
        Endpoint {
            socket,
            timeout: Cell::new(Timeout::Never),
            seconds: Cell::new(-1.0),
            options: RefCell::default(),
        }
    }

    /// The descriptor, for a call that does not wait.
    pub(super) fn descriptor(&self, operation: &'static str) -> Result<Descriptor, Error> {
        (&self.socket).descriptor().map_err(|errno| errno.during(operation))
    }

    /// A new socket with the options that were set before.
    pub(super) fn open(&self, family: Family, kind: Kind) -> Result<Socket, Error> {
        let socket = Socket::new(family, kind)?;
        for (option, value) in self.options.borrow().iter() {
            socket.descriptor().set_option(option, *value)?;
        }
        Ok(socket)
    }

    /// Binds a new socket to the first address that can be bound. Addresses of another family than
    /// the first one's are left out: a server whose IPv4 port is taken must fail, and not get the same
    /// port of IPv6, which its clients do not try.
    pub(super) fn bind(&self, addresses: &[Address], kind: Kind) -> Result<(), Error> {
        let preferred = addresses.first().and_then(Address::family);
        let count = addresses.iter().take_while(|address| address.family() == preferred).count();
        first(&addresses[..count], "bind", |address, family| {
            let socket = self.open(family, kind)?;
            socket.bind(address)?;
            self.socket.put(socket, Some(family));
            Ok(())
        })
    }
}

/// Tries the addresses in their order until one succeeds; the error is the last one's.
pub(super) fn first<T>(
    addresses: &[Address],
    operation: &'static str,
    mut attempt: impl FnMut(&Address, Family) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut result = Err(Errno::AFNOSUPPORT.during(operation));
    for address in addresses {
        if let Some(family) = address.family() {
            result = attempt(address, family);
        }
        if result.is_ok() {
            break;
        }
    }
    result
}

/// A stream with what has been read of it. The functions of `readuntil` share it with the object.
pub(super) struct Stream {
    pub(super) endpoint: Endpoint,
    pub(super) buffer: ReadBuffer,
}

/// The object of a stream socket: TCP, or unix.
pub(super) struct Tcp(pub(super) Rc<Stream>);

impl Tcp {
    fn new(socket: SocketCell) -> Tcp {
        Tcp(Rc::new(Stream { endpoint: Endpoint::new(socket), buffer: ReadBuffer::new() }))
    }

    /// A connection that `listener` has accepted.
    pub(super) fn accepted(socket: Socket, listener: &SocketCell) -> Tcp {
        Tcp::new(SocketCell::accepted(socket, listener.family(), listener))
    }
}

/// The object of a datagram socket: UDP, or unix.
pub(super) struct Udp {
    endpoint: Endpoint,
    /// Whether the program has bound the socket that is open.
    pub(super) is_bound: Cell<bool>,
}

/// An object with an endpoint, and what all such objects answer.
pub(super) trait SocketObject: Object + Sized {
    const METHODS: &'static [Function] = &[
        Function::method("close", close::<Self>),
        Function::method("fileno", fileno::<Self>),
        Function::method("setopt", options::setopt::<Self>),
        Function::method("getopt", options::getopt::<Self>),
        Function::method("settimeout", settimeout::<Self>),
        Function::method("gettimeout", gettimeout::<Self>),
        Function::method("getpeername", addresses::getpeername::<Self>),
        Function::method("getsockname", addresses::getsockname::<Self>),
    ];
    const METAMETHODS: &'static [Function] = &[
        Function::method("__tostring", tostring::<Self>),
        Function::method("__close", close::<Self>),
    ];

    fn endpoint(&self) -> &Endpoint;

    /// Forgets what is known of a socket that has been closed or replaced. Where another task may be in a
    /// read, what has been received stays: it is the partial result of that read.
    fn forget(&self, may_be_read: bool);
}

impl SocketObject for Tcp {
    fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    fn forget(&self, may_be_read: bool) {
        if !may_be_read {
            // A finaliser that closes while the bytes are made a string leaves them to the reader.
            let _ = self.0.buffer.clear();
        }
    }
}

impl SocketObject for Udp {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn forget(&self, _: bool) {
        self.is_bound.set(false);
    }
}

impl Object for Tcp {
    const CLASS: &'static Class = &TCP;
}

impl Object for Udp {
    const CLASS: &'static Class = &UDP;
}

/// The class of stream sockets.
pub(super) static TCP: Class = Class {
    name: "tcpsock",
    methods: &[
        &[
            Function::method("connect", connecting::connect),
            Function::method("bind", connecting::bind),
            Function::method("listen", connecting::listen),
            Function::method("accept", connecting::accept),
            Function::method("write", streams::write),
            Function::method("read", streams::read),
            Function::method("readuntil", streams::readuntil),
            Function::method("shutdown", streams::shutdown),
        ],
        Tcp::METHODS,
    ],
    metamethods: Tcp::METAMETHODS,
};

/// The class of datagram sockets.
pub(super) static UDP: Class = Class {
    name: "udpsock",
    methods: &[
        &[
            Function::method("connect", datagrams::connect),
            Function::method("bind", datagrams::bind),
            Function::method("recv", datagrams::recv),
            Function::method("recvfrom", datagrams::recvfrom),
            Function::method("send", datagrams::send),
            Function::method("sendto", datagrams::sendto),
        ],
        Udp::METHODS,
    ],
    metamethods: Udp::METAMETHODS,
};

/// `tcp()`.
pub(super) fn tcp(mut call: Call<'_>) -> Outcome<'_> {
    Ok(call.object(Tcp::new(SocketCell::empty()))?.into())
}

/// `udp()`.
pub(super) fn udp(mut call: Call<'_>) -> Outcome<'_> {
    let endpoint = Endpoint::new(SocketCell::empty());
    Ok(call.object(Udp { endpoint, is_bound: Cell::new(false) })?.into())
}

/// `close()`: true, also for a socket that is closed already.
fn close<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    let this = call.this::<T>()?;
    this.endpoint().socket.close();
    this.forget(scheduler::is_task(&call));
    Ok(true.into())
}

/// The number of the descriptor, -1 where there is none.
fn number(endpoint: &Endpoint) -> i32 {
    endpoint.descriptor("fileno").map_or(-1, Descriptor::number)
}

/// `fileno()`.
fn fileno<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    Ok(number(call.this::<T>()?.endpoint()).into())
}

/// `tostring(socket)`.
fn tostring<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    let number = number(call.this::<T>()?.endpoint());
    Ok(call.text(format_args!("<{}: {number}>", T::CLASS.name)).into())
}

/// `settimeout(seconds)`.
fn settimeout<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<T>()?.endpoint();
    let seconds = call.number(1)?;
    let timeout =
        Timeout::from_seconds(seconds).ok_or(Raise::argument(1, "time-out is not a number"))?;
    endpoint.timeout.set(timeout);
    endpoint.seconds.set(seconds);
    Ok(Reply::NOTHING)
}

/// `gettimeout()`: as it was set, -1 where it was not.
fn gettimeout<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    let seconds = call.this::<T>()?.endpoint().seconds.get();
    // A whole number is an integer where Lua has integers.
    let is_whole = seconds.fract() == 0.0 && seconds.abs() < 2f64.powi(53);
    Ok(if is_whole { Value::Integer(seconds as i64) } else { Value::Number(seconds) }.into())
}
