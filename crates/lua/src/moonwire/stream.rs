//! Streams: connections over TCP, or unix.

use std::cell::RefCell;
use std::rc::Rc;

use moonwire_sockets::operation::Linger;
use moonwire_sockets::{
    Address, Delimiter, Descriptor, Errno, ReadBuffer, Shutdown, Socket, Timeout, UnixName,
};

use super::addresses::{Subject, address_value};
use super::failure::failure;
use super::object::{Endpoint, SocketObject};
use super::{files, reading, serving, writing};
use crate::native::{Call, Class, Function, Object, Outcome, Raise};
use crate::scheduler::Turns;

/// A connection, with what has been received and not been read.
pub(super) struct Stream {
    pub(super) endpoint: Endpoint,
    pub(super) peer: Address,
    pub(super) buffer: ReadBuffer,
    /// How long a server that ends waits for another request.
    pub(super) linger: Linger,
    /// That of the last read, for the next: preparing a search costs more than a short search.
    pub(super) delimiter: RefCell<Option<Rc<Delimiter>>>,
    /// The tasks that read from it.
    pub(super) readers: Turns,
    /// The tasks that write to it.
    pub(super) writers: Turns,
}

impl Stream {
    /// What messages name: the peer, or the own address where that has no name.
    pub(super) fn subject(&self) -> Subject<'static> {
        match self.peer.unix_name_bytes() {
            Some(UnixName::Unnamed) => self.endpoint.own_subject(),
            _ => Subject::Address(self.peer),
        }
    }
}

/// The object of a stream. The functions of `lines` share the stream with it.
pub(super) struct StreamObject(pub(super) Rc<Stream>);

impl StreamObject {
    pub(super) fn new(socket: Socket, peer: &Address, timeout: Timeout) -> StreamObject {
        StreamObject(Rc::new(Stream {
            endpoint: Endpoint::new(socket, peer, timeout),
            peer: peer.unmapped(),
            buffer: ReadBuffer::new(),
            linger: Linger::default(),
            delimiter: RefCell::new(None),
            readers: Turns::default(),
            writers: Turns::default(),
        }))
    }
}

/// The class of streams.
pub(super) static CLASS: Class = Class {
    name: "moonwire.stream",
    methods: &[
        &[
            Function::method("read", reading::read),
            Function::method("read_exactly", reading::read_exactly),
            Function::method("read_until", reading::read_until),
            Function::method("read_all", reading::read_all),
            Function::method("lines", reading::lines),
            Function::method("await", serving::next_request),
            Function::method("is_ending", serving::is_ending),
            Function::method("write", writing::write),
            Function::method("sendfile", files::sendfile),
            Function::method("shutdown", shutdown),
            Function::method("peer", peer),
        ],
        StreamObject::METHODS,
    ],
    metamethods: StreamObject::METAMETHODS,
};

impl Object for StreamObject {
    const CLASS: &'static Class = &CLASS;
}

impl SocketObject for StreamObject {
    fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    fn subject(&self) -> Subject<'_> {
        self.0.subject()
    }

    fn close(&self) {
        self.0.endpoint.socket.close();
        // A finaliser that closes while the bytes are made a string leaves them to the reader.
        let _ = self.0.buffer.clear();
    }
}

/// `peer()`.
fn peer(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    peer_of(call, &stream.endpoint, Ok(stream.peer))
}

/// The address of a peer, where the socket is open and has one.
pub(super) fn peer_of<'c>(
    call: Call<'c>,
    endpoint: &Endpoint,
    peer: Result<Address, Errno>,
) -> Outcome<'c> {
    let peer = endpoint
        .descriptor("getpeername")
        .and_then(|_| peer.map_err(|errno| errno.during("getpeername")));
    match peer {
        Ok(peer) => Ok(address_value(call, &peer).into()),
        Err(error) => failure(call, "peer", &endpoint.own_subject(), error),
    }
}

const HOW: [(&[u8], Shutdown); 3] =
    [(b"read", Shutdown::Receiving), (b"write", Shutdown::Sending), (b"both", Shutdown::Both)];

/// `shutdown([how])`.
fn shutdown(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    let name = call.bytes_or(1, b"write")?;
    let Some((_, how)) = HOW.iter().find(|(known, _)| *known == name) else {
        return Err(Raise::argument(1, "'read', 'write' or 'both' expected"));
    };
    let shut = stream
        .endpoint
        .descriptor("shutdown")
        .and_then(|descriptor: Descriptor| descriptor.shutdown(*how));
    match shut {
        Ok(()) => Ok(true.into()),
        Err(error) => failure(call, "shutdown", &stream.subject(), error),
    }
}
