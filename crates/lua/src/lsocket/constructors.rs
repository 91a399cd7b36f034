//! `bind` and `connect`.

use moonwire_sockets::{Address, Errno, Error, Family, Kind, Socket};

use super::INADDR_ANY;
use super::endpoint::{Endpoint, Transport, is_unix_name, open_at, transport};
use super::failure::refusal;
use super::multicast;
use super::object::SocketObject;
use crate::native::{Call, Outcome, Raise};

/// How many connections may wait for `accept` if `bind` is not told.
const BACKLOG: i64 = 5;
/// Over how many routers a multicast datagram may go if `connect` is not told.
const TTL: i64 = 1;

/// `bind([type] [, address] [, port] [, backlog])`.
pub(super) fn bind(call: Call<'_>) -> Outcome<'_> {
    let (transport, mut position) = transport(&call)?;
    let mut host = INADDR_ANY.as_bytes();
    if call.is_string(position) {
        host = call.bytes(position)?;
        position += 1;
    } else if call.is_nil(position) {
        position += 1;
    }
    let endpoint = Endpoint::own(&call, host, is_unix_name(host), position)?;
    let backlog = call.integer_or(position + 1, BACKLOG)?;
    let backlog = i32::try_from(backlog)
        .map_err(|_| Raise::argument(position + 1, "backlog out of range"))?;
    open(call, host, transport, endpoint, move |address| {
        let (socket, family) = socket(address, transport.kind)?;
        match transport {
            Transport { multicast: true, .. } => multicast::bind(&socket, address)?,
            Transport { kind: Kind::Stream, .. } => socket.listen_at(address, backlog)?,
            Transport { kind: Kind::Datagram, .. } => socket.bind(address)?,
        }
        Ok(SocketObject::bound(socket, family, transport.kind))
    })
}

/// `connect([type,] address, port [, ttl])`.
pub(super) fn connect(call: Call<'_>) -> Outcome<'_> {
    let (transport, position) = transport(&call)?;
    if !call.is_string(position) {
        return Err(call.type_error(position, "string"));
    }
    let host = call.bytes(position)?;
    let endpoint = Endpoint::read(&call, host, is_unix_name(host), position + 1)?;
    let ttl = call.integer_or(position + 2, TTL)?;
    let ttl = u8::try_from(ttl).map_err(|_| Raise::argument(position + 2, "ttl out of range"))?;
    open(call, host, transport, endpoint, move |address| {
        let (socket, family) = socket(address, transport.kind)?;
        if transport.multicast {
            multicast::prepare_to_send(&socket, address, ttl)?;
        }
        socket.begin_connect(address)?;
        Ok(SocketObject::connected(socket, family, transport.kind))
    })
}

/// Makes the socket by `open`, and replies with it.
fn open<'c>(
    call: Call<'c>,
    host: &[u8],
    transport: Transport,
    endpoint: Endpoint<'c>,
    open: impl Fn(&Address) -> Result<SocketObject, Error> + 'c,
) -> Outcome<'c> {
    if transport.multicast && is_unix_name(host) {
        return refusal("multicast not available for unix domain sockets.");
    }
    open_at(call, endpoint, transport.kind, move |address| {
        Ok(open(address)?.for_multicast(transport.multicast))
    })
}

/// A socket that can have `address`, and the family of both.
fn socket(address: &Address, kind: Kind) -> Result<(Socket, Family), Error> {
    let family = address.family().ok_or(Errno::AFNOSUPPORT.during("socket"))?;
    Ok((Socket::nonblocking(family, kind)?, family))
}
