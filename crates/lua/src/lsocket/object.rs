//! The socket object, and what it tells of itself.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use moonwire_sockets::options::PENDING_ERROR;
use moonwire_sockets::{
    Address, Descriptor, Errno, Error, Family, Handle, Interest, KernelTimeout, Kind, Socket,
    WatchSet, Watched,
};

use super::failure::{failure, refusal, reply};
use super::names::address_fields;
use super::transfer;
use crate::convert::HostText;
use crate::native::{Call, Class, Function, Object, Outcome, Value};

/// A socket in non-blocking mode.
pub(super) struct SocketObject {
    /// Its place among the sockets that `select` has the kernel watch. It comes before the socket,
    /// for it has to end before that is closed.
    watched: RefCell<Option<Watched>>,
    /// How often `select` polls the socket before it has the kernel watch it.
    polls_left: Cell<u8>,
    /// Whether the program knows the descriptor's number. It may put something else there, and the
    /// kernel would go on watching what was there before.
    is_exposed: Cell<bool>,
    /// `None` when it is closed.
    socket: RefCell<Option<Socket>>,
    pub(super) family: Family,
    pub(super) kind: Kind,
    /// What `info` tells: true for all that `bind` has made, datagram sockets too, as the document has it.
    listening: bool,
    multicast: bool,
}

/// The class of sockets.
pub(super) static CLASS: Class = Class {
    name: "socket",
    methods: &[&[
        Function::method("info", info),
        Function::method("status", status),
        Function::method("getfd", getfd),
        Function::method("setfd", setfd),
        Function::method("accept", transfer::accept),
        Function::method("recv", transfer::recv),
        Function::method("recvfrom", transfer::recvfrom),
        Function::method("send", transfer::send),
        Function::method("sendto", transfer::sendto),
        Function::method("close", close),
    ]],
    metamethods: &[Function::method("__tostring", tostring), Function::method("__close", close)],
};

impl Object for SocketObject {
    const CLASS: &'static Class = &CLASS;
}

impl SocketObject {
    /// A connected socket, or one that is about to be.
    pub(super) fn connected(socket: Socket, family: Family, kind: Kind) -> SocketObject {
        let socket = RefCell::new(Some(socket));
        SocketObject {
            watched: RefCell::new(None),
            polls_left: Cell::new(1),
            is_exposed: Cell::new(false),
            socket,
            family,
            kind,
            listening: false,
            multicast: false,
        }
    }

    /// A socket that `bind` has made.
    pub(super) fn bound(socket: Socket, family: Family, kind: Kind) -> SocketObject {
        SocketObject { listening: true, ..SocketObject::connected(socket, family, kind) }
    }

    /// The same as one for multicast.
    pub(super) fn for_multicast(self, multicast: bool) -> SocketObject {
        SocketObject { multicast, ..self }
    }

    /// The descriptor. That of a closed socket is -1, with which every call fails with `EBADF`.
    pub(super) fn descriptor(&self) -> Descriptor {
        match &*self.socket.borrow() {
            Some(socket) => socket.descriptor(),
            None => Descriptor::from_number(-1),
        }
    }
}

/// A call that gives way before it is made meets no other descriptor that has the same number by then.
impl Handle for &SocketObject {
    #[inline]
    fn descriptor(&self) -> Result<Descriptor, Errno> {
        self.socket.borrow().as_ref().map(Socket::descriptor).ok_or(Errno::BADF)
    }

    #[inline]
    fn kernel_timeout(&self, _: Interest) -> Option<&KernelTimeout> {
        None
    }
}

impl SocketObject {
    /// The socket, which the object does not have from here on.
    fn take(&self) -> Option<Socket> {
        self.watched.take();
        self.socket.take()
    }

    /// Runs `look` on the set in which the socket is watched, if it is in one.
    #[inline]
    pub(super) fn with_watch_set<T>(&self, look: impl FnOnce(Option<&Rc<WatchSet>>) -> T) -> T {
        let watched = self.watched.borrow();
        look(watched.as_ref().filter(|place| !place.is_released()).map(Watched::set))
    }

    /// The descriptor, whose number the program is about to learn.
    fn expose(&self) -> Descriptor {
        self.is_exposed.set(true);
        self.leave_watch_set();
        self.descriptor()
    }

    /// Takes the socket, which stays open, out of the set in which it is watched.
    fn leave_watch_set(&self) {
        if let Some(place) = &*self.watched.borrow() {
            place.release();
        }
    }

    /// Whether `select` must not have the kernel watch the socket.
    pub(super) fn is_exposed(&self) -> bool {
        self.is_exposed.get()
    }

    /// Counts a poll of a socket that is in no set. Whether it has been polled often enough.
    pub(super) fn count_poll(&self) -> bool {
        let left = self.polls_left.get();
        self.polls_left.set(left.saturating_sub(1));
        left == 0
    }

    /// Has the socket watched in `set`, unless it is closed.
    pub(super) fn watch_in(&self, set: &Rc<WatchSet>) {
        if self.socket.borrow().is_some() {
            let place = Watched::new(Rc::clone(set), self.descriptor());
            self.watched.replace(Some(place));
        }
    }

    /// Has the socket polled so many times from now on.
    pub(super) fn poll_for(&self, polls: u8) {
        self.leave_watch_set();
        self.polls_left.set(polls);
    }
}

/// `info([what])`: what the socket is, or the address of one of its ends.
fn info(mut call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<SocketObject>()?;
    let descriptor = socket.descriptor();
    match call.bytes_or(1, b"")? {
        b"" if call.is_none_or_nil(1) => {}
        b"peer" => return end(call, descriptor.peer_address()),
        b"socket" => return end(call, descriptor.local_address()),
        _ => return Ok(Value::Nil.into()),
    }
    let descriptor = socket.expose();
    let kind = match socket.kind {
        Kind::Stream => "tcp",
        Kind::Datagram => "udp",
    };
    let parts = call.build(|builder| {
        builder.table(|table| {
            table.field("fd", |field| field.integer(descriptor.number().into()));
            table.field("family", |field| field.bytes(socket.family.name().as_bytes()));
            table.field("type", |field| field.bytes(kind.as_bytes()));
            table.field("listening", |field| field.boolean(socket.listening));
            table.field("multicast", |field| field.boolean(socket.multicast));
        });
    })?;
    Ok(parts.into())
}

/// The address of one end, in its parts.
fn end<'c>(call: Call<'c>, address: Result<Address, Error>) -> Outcome<'c> {
    reply(call, address, |mut call, address| {
        let host = HostText::of(&address);
        let parts =
            call.build(|builder| builder.table(|table| address_fields(table, &address, &host)))?;
        Ok(parts.into())
    })
}

/// `status()`: whether an error is pending.
fn status(call: Call<'_>) -> Outcome<'_> {
    let pending = call.this::<SocketObject>()?.descriptor().option(&PENDING_ERROR);
    reply(call, pending, |call, errno| match errno {
        0 => Ok(Value::Boolean(true).into()),
        errno => failure(call, Errno(errno).during("status")),
    })
}

/// `getfd()`.
fn getfd(call: Call<'_>) -> Outcome<'_> {
    Ok(call.this::<SocketObject>()?.expose().number().into())
}

/// `setfd(-1)`: gives the descriptor up, which stays open.
fn setfd(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<SocketObject>()?;
    if call.integer(1)? != -1 {
        return refusal("bad argument #1 to 'setfd' (invalid fd)");
    }
    if let Some(socket) = socket.take() {
        // Whoever has asked for the number with `getfd` owns the descriptor from here on.
        let _ = socket.into_descriptor();
    }
    Ok(Value::Boolean(true).into())
}

/// `close()`.
fn close(call: Call<'_>) -> Outcome<'_> {
    let closed = match call.this::<SocketObject>()?.take() {
        Some(socket) => socket.close(),
        None => Ok(()),
    };
    reply(call, closed, |_, ()| Ok(Value::Boolean(true).into()))
}

/// `tostring(socket)`.
fn tostring(call: Call<'_>) -> Outcome<'_> {
    call.this::<SocketObject>()?;
    let address = call.address_of_this();
    Ok(call.text(format_args!("socket: {address:p}")).into())
}
