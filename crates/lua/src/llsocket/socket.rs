//! Socket objects: how they are made, what they are, how they end.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use moonwire_sockets::options::{
    DOMAIN, PROTOCOL, RECEIVE_LOW_WATER, RECEIVE_TIMEOUT, SEND_TIMEOUT, TYPE,
};
use moonwire_sockets::{
    Address, AddressInfo, Descriptor, Errno, Error, Family, Handle, Interest, KernelTimeout,
    Socket, Timeout,
};

use super::address_info::info_at;
use super::failure::{only_failure, reply};
use super::{connection, messages, multicast, options, transfer};
use crate::native::{Call, Class, Function, Object, Outcome, Raise, Reply, strict};

/// A socket.
pub(super) struct LowLevelSocket {
    /// `None` when it has been closed.
    socket: RefCell<Option<Socket>>,
    nature: Nature,
    /// What it was made from.
    pub(super) info: Option<AddressInfo>,
    pub(super) mode: Rc<Mode>,
}

/// What a socket is from its birth, in the system's numbers.
#[derive(Clone, Copy)]
pub(super) struct Nature {
    pub(super) family: i32,
    pub(super) kind: i32,
    pub(super) protocol: i32,
}

/// What a socket shares with its duplicates, as far as it has to be known here.
#[derive(Default)]
pub(super) struct Mode {
    pub(super) nonblocking: Cell<bool>,
    /// Zero for none.
    pub(super) receive_timeout: Cell<Duration>,
    pub(super) send_timeout: Cell<Duration>,
    /// `SO_RCVLOWAT`. The kernel takes 1 for less than that, and so do operations.
    pub(super) receive_low_water: Cell<i32>,
}

impl Mode {
    /// How long a call may take that the kernel ends by a time-out of its own.
    pub(super) fn timeout(duration: &Cell<Duration>) -> Timeout {
        match duration.get() {
            Duration::ZERO => Timeout::Never,
            duration => Timeout::After(duration),
        }
    }

    /// How many bytes a receive waits for on a stream in blocking mode.
    pub(super) fn low_water(&self) -> usize {
        usize::try_from(self.receive_low_water.get()).unwrap_or(0)
    }

    /// That of a connection of a listener of this family. Here it inherits the mode; what the kernel lets
    /// it inherit besides, a unix socket does not.
    fn inherited(&self, family: i32) -> Rc<Mode> {
        let nonblocking = self.nonblocking.clone();
        if family == Family::Unix.domain() {
            return Rc::new(Mode { nonblocking, ..Mode::default() });
        }
        Rc::new(Mode {
            nonblocking,
            receive_timeout: self.receive_timeout.clone(),
            send_timeout: self.send_timeout.clone(),
            receive_low_water: self.receive_low_water.clone(),
        })
    }
}

impl LowLevelSocket {
    fn new(
        socket: Socket,
        nature: Nature,
        info: Option<AddressInfo>,
        mode: Rc<Mode>,
    ) -> LowLevelSocket {
        LowLevelSocket { socket: RefCell::new(Some(socket)), nature, info, mode }
    }

    /// The descriptor. That of a closed socket is none, as the system will say.
    #[inline]
    pub(super) fn descriptor(&self) -> Descriptor {
        const CLOSED: Descriptor = Descriptor::from_number(-1);
        self.socket.borrow().as_ref().map_or(CLOSED, Socket::descriptor)
    }

    #[inline]
    pub(super) fn nature(&self) -> Nature {
        self.nature
    }

    /// An address of this socket or its peer.
    pub(super) fn info_for(&self, address: Address) -> AddressInfo {
        let Nature { kind, protocol, .. } = self.nature;
        AddressInfo { address, kind, protocol, canonical_name: None }
    }

    /// A connection that this socket has accepted.
    pub(super) fn connection(&self, socket: Socket) -> LowLevelSocket {
        LowLevelSocket::new(socket, self.nature, None, self.mode.inherited(self.nature.family))
    }
}

impl Handle for &LowLevelSocket {
    #[inline]
    fn descriptor(&self) -> Result<Descriptor, Errno> {
        self.socket.borrow().as_ref().map(Socket::descriptor).ok_or(Errno::BADF)
    }

    /// The kernel's time-outs are the program's here.
    #[inline]
    fn kernel_timeout(&self, _: Interest) -> Option<&KernelTimeout> {
        None
    }
}

impl Object for LowLevelSocket {
    const CLASS: &'static Class = &CLASS;
}

/// The methods that are no options.
static METHODS: &[Function] = &strict([
    Function::method("fd", fd),
    Function::method("family", family),
    Function::method("socktype", socktype),
    Function::method("protocol", protocol),
    Function::method("dup", dup),
    Function::method("close", close),
    Function::method("shutdown", connection::shutdown),
    Function::method("bind", connection::bind),
    Function::method("connect", connection::connect),
    Function::method("listen", connection::listen),
    Function::method("accept", connection::accept),
    Function::method("getsockname", connection::getsockname),
    Function::method("getpeername", connection::getpeername),
    Function::method("atmark", connection::atmark),
    Function::method("send", transfer::send),
    Function::method("sendto", transfer::sendto),
    Function::method("sendfile", transfer::sendfile),
    Function::method("recv", transfer::recv),
    Function::method("recvfrom", transfer::recvfrom),
    Function::method("sendmsg", messages::sendmsg),
    Function::method("recvmsg", messages::recvmsg),
    Function::method("sendfd", messages::sendfd),
    Function::method("recvfd", messages::recvfd),
    Function::method("mcastif", multicast::interface),
    Function::method("mcastjoin", multicast::join),
    Function::method("mcastleave", multicast::leave),
    Function::method("mcastjoinsrc", multicast::join_source),
    Function::method("mcastleavesrc", multicast::leave_source),
    Function::method("mcastblocksrc", multicast::block_source),
    Function::method("mcastunblocksrc", multicast::unblock_source),
]);

pub(super) static CLASS: Class = Class {
    name: "llsocket.socket",
    methods: &[METHODS, options::METHODS],
    metamethods: &[
        Function::method("__tostring", tostring),
        Function::method("__close", close_at_end_of_scope),
    ],
};

/// `socket.new(ai, nonblock)`.
pub(super) fn new(call: Call<'_>) -> Outcome<'_> {
    let info = info_at(&call, 1)?;
    let nonblocking = call.boolean_or(2, false)?;
    reply(call, Socket::for_address(info, nonblocking), |mut call, socket| {
        let family = info.address.family().map_or(0, Family::domain);
        let nature = Nature { family, kind: info.kind, protocol: info.protocol };
        let mode = Rc::new(Mode { nonblocking: Cell::new(nonblocking), ..Mode::default() });
        Ok(call.object(LowLevelSocket::new(socket, nature, Some(info.clone()), mode))?.into())
    })
}

/// `socket.pair(socktype [, nonblock [, protocol]])`: a table of two sockets.
pub(super) fn pair(call: Call<'_>) -> Outcome<'_> {
    let kind = call.small_integer(1, "socket type out of range")?;
    let nonblocking = call.boolean_or(2, false)?;
    let protocol = match call.is_none_or_nil(3) {
        true => 0,
        false => call.small_integer(3, "protocol out of range")?,
    };
    reply(call, Socket::pair(kind, protocol, nonblocking), |mut call, sockets| {
        let nature = Nature { family: Family::Unix.domain(), kind, protocol };
        let ends = sockets.map(|socket| {
            let mode = Rc::new(Mode { nonblocking: Cell::new(nonblocking), ..Mode::default() });
            Cell::new(Some(LowLevelSocket::new(socket, nature, None, mode)))
        });
        let list = call.build(|builder| {
            builder.table(|table| table.list(&ends, |item, end| item.object(end)));
        })?;
        Ok(list.into())
    })
}

/// `socket.wrap(fd)`: a socket of a descriptor that nobody else owns, for instance a received one.
pub(super) fn wrap(call: Call<'_>) -> Outcome<'_> {
    let descriptor = call.descriptor(1)?;
    reply(call, nature_of(descriptor), |mut call, (nature, mode)| {
        let socket = Socket::from_descriptor(descriptor);
        Ok(call.object(LowLevelSocket::new(socket, nature, None, Rc::new(mode)))?.into())
    })
}

/// What the system tells of a socket; an error for what is no socket.
fn nature_of(descriptor: Descriptor) -> Result<(Nature, Mode), Error> {
    let nature = Nature {
        family: descriptor.option(&DOMAIN)?,
        kind: descriptor.option(&TYPE)?,
        protocol: descriptor.option(&PROTOCOL)?,
    };
    let mode = Mode {
        nonblocking: Cell::new(descriptor.is_nonblocking()?),
        receive_timeout: Cell::new(descriptor.option(&RECEIVE_TIMEOUT)?),
        send_timeout: Cell::new(descriptor.option(&SEND_TIMEOUT)?),
        receive_low_water: Cell::new(descriptor.option(&RECEIVE_LOW_WATER)?),
    };
    Ok((nature, mode))
}

/// `sock:fd()`: -1 for a closed socket.
fn fd(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this::<LowLevelSocket>()?.descriptor().number().into())
}

/// `sock:family()`.
fn family(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this::<LowLevelSocket>()?.nature.family.into())
}

/// `sock:socktype()`.
fn socktype(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this::<LowLevelSocket>()?.nature.kind.into())
}

/// `sock:protocol()`: what the system has made of the protocol that was asked for.
fn protocol(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let protocol = socket.descriptor().option(&PROTOCOL);
    Ok(protocol.unwrap_or(socket.nature.protocol).into())
}

/// `sock:dup([ai])`.
fn dup(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let info = match call.is_none_or_nil(1) {
        true => socket.info.clone(),
        false => Some(info_at(&call, 1)?.clone()),
    };
    reply(call, socket.descriptor().duplicate(), |mut call, duplicate| {
        let mode = Rc::clone(&socket.mode);
        Ok(call.object(LowLevelSocket::new(duplicate, socket.nature, info, mode))?.into())
    })
}

/// `sock:close([how])`: shuts down first where it is told how. The descriptor is closed in any case. A
/// socket that is closed already stays so, which is no failure.
fn close(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let how = match call.is_none_or_nil(1) {
        true => None,
        false => Some(call.small_integer(1, "flag out of range")?),
    };
    let Some(socket) = socket.socket.take() else {
        return Ok(Reply::NOTHING);
    };
    let shut_down = how.map_or(Ok(()), |how| connection::shut_down(socket.descriptor(), how));
    let closed = socket.close();
    only_failure(call, closed.and(shut_down))
}

/// At the end of a scope nobody asks how it went.
fn close_at_end_of_scope(call: Call<'_>) -> Outcome<'_> {
    drop(call.this::<LowLevelSocket>()?.socket.take());
    Ok(Reply::NOTHING)
}

fn tostring(call: Call<'_>) -> Outcome<'_> {
    let address = call.address_of_this();
    Ok(call.text(format_args!("{}: {address:p}", CLASS.name)).into())
}

impl<'c> Call<'c> {
    /// A boolean, or `default` where the argument is missing or nil.
    fn boolean_or(&self, index: usize, default: bool) -> Result<bool, Raise> {
        if self.is_none_or_nil(index) { Ok(default) } else { self.boolean(index) }
    }
}
