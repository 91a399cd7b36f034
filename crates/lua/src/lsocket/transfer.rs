//! Connections, data and datagrams: one attempt each, which never waits.

use std::time::Duration;

use moonwire_sockets::operation::{Accept, LookUp, Receive, ReceiveFrom, Send};
use moonwire_sockets::{Address, Errno, Error, Family, Kind, Timeout};

use super::endpoint::{Endpoint, is_unix_name};
use super::failure::{failure, reply};
use super::object::SocketObject;
use crate::convert::HostText;
use crate::drive::drive;
use crate::native::{Call, Outcome, Value};

/// How long the methods wait: they try once.
const AT_ONCE: Timeout = Timeout::After(Duration::ZERO);
/// How many bytes are received at most if the program does not tell: a receive of this size needs
/// no allocation.
const DEFAULT_SIZE: usize = 8192;

/// `accept()`: a connection, and the address and port of its peer.
pub(super) fn accept(call: Call<'_>) -> Outcome<'_> {
    let listener = call.this::<SocketObject>()?;
    let (family, kind) = (listener.family, listener.kind);
    drive(call, Accept::nonblocking(listener), AT_ONCE, move |call, accepted| {
        reply(call, accepted, |mut call, (connection, peer)| {
            let connection = call.object(SocketObject::connected(connection, family, kind))?;
            match peer.port() {
                Some(port) => {
                    let (_, host) = call.received_with(HostText::of(&peer).as_bytes());
                    Ok((connection, host, i32::from(port)).into())
                }
                None => Ok(connection.into()),
            }
        })
    })
}

/// `recv([size])`: what has arrived; `nil` at the end of a stream.
pub(super) fn recv(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<SocketObject>()?;
    let size = call.buffer_size(1, DEFAULT_SIZE)?;
    let kind = socket.kind;
    drive(call, Receive::new(socket, size), AT_ONCE, move |call, received| {
        reply(call, received, |call, length| match (length, kind) {
            (0, Kind::Stream) => Ok(Value::Nil.into()),
            _ => Ok(call.received().into()),
        })
    })
}

/// `recvfrom([size])`: a datagram, and the address and port of its sender.
pub(super) fn recvfrom(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<SocketObject>()?;
    let size = call.buffer_size(1, DEFAULT_SIZE)?;
    let kind = socket.kind;
    drive(call, ReceiveFrom::new(socket, size), AT_ONCE, move |call, received| {
        reply(call, received, |call, (length, sender)| {
            if length == 0 && kind == Kind::Stream {
                return Ok(Value::Nil.into());
            }
            let host = HostText::of(&sender);
            match (call.received_with(host.as_bytes()), sender.port()) {
                ((bytes, host), Some(port)) => Ok((bytes, host, i32::from(port)).into()),
                ((bytes, b""), None) => Ok(bytes.into()),
                ((bytes, name), None) => Ok((bytes, name).into()),
            }
        })
    })
}

/// `send(string)`: how many bytes the system took.
pub(super) fn send(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<SocketObject>()?;
    let bytes = call.bytes(1)?;
    drive(call, Send::new(socket, bytes), AT_ONCE, sent)
}

/// `sendto(string, address [, port])`.
pub(super) fn sendto(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<SocketObject>()?;
    let bytes = call.bytes(1)?;
    let host = call.bytes(2)?;
    // A socket of another program may be bound to a path without a slash.
    let is_unix = is_unix_name(host) || socket.family == Family::Unix;
    match Endpoint::read(&call, host, is_unix, 3)? {
        Endpoint::Known(address) => send_to(call, socket, bytes, address),
        Endpoint::Name(host, port) => {
            let look_up = LookUp::new(host, port.to_string().as_bytes(), socket.kind)
                .of_family(socket.family);
            drive(call, look_up, Timeout::Never, move |call, found| {
                // The resolver has found one at least, or has failed.
                let none = Errno::AFNOSUPPORT.during("getaddrinfo");
                let first = found.and_then(|list| list.first().copied().ok_or(none));
                send_to(call, socket, bytes, first)
            })
        }
    }
}

fn send_to<'c>(
    call: Call<'c>,
    socket: &'c SocketObject,
    bytes: &'c [u8],
    address: Result<Address, Error>,
) -> Outcome<'c> {
    match address {
        Ok(address) => drive(call, Send::to(socket, bytes, address), AT_ONCE, sent),
        Err(error) => failure(call, error),
    }
}

fn sent<'c>(call: Call<'c>, result: Result<usize, Error>) -> Outcome<'c> {
    reply(call, result, |_, length| Ok(length.into()))
}
