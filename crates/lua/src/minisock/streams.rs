//! Stream sockets over TCP and unix.

use std::cell::Cell;

use moonwire_sockets::operation::{Accept, Connect, LookUp, Receive, Send};
use moonwire_sockets::{Address, Error, Kind, Socket, Timeout};

use super::failure::{bad_address, failure, reply};
use super::{BUFSIZE, DEFAULT_TIMEOUT};
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise, Value};

/// How many connections may wait for `accept`.
const BACKLOG: i32 = 128;

/// `bind(addr)` and `bind(host, service)`: a listening socket.
pub(super) fn bind(call: Call<'_>) -> Outcome<'_> {
    let host = call.bytes(1)?;
    if call.is_none_or_nil(2) {
        return match Address::from_bytes(host) {
            Ok(address) => reply(call, Socket::listen_on(&address, BACKLOG), |_, socket| {
                Ok(socket.into_descriptor().number().into())
            }),
            Err(error) => bad_address(call, "bind", error),
        };
    }
    let service = call.service(2)?;
    let look_up = match host {
        b"" | b"*" => LookUp::wildcard(&service, Kind::Stream),
        host => LookUp::new(host, &service, Kind::Stream),
    };
    drive(call, look_up, Timeout::Never, |call, found| {
        with_address(call, found.and_then(listen_on_first))
    })
}

/// Listens on the first address that can be bound. The second result is the address with the port
/// that the kernel chose.
fn listen_on_first(addresses: Vec<Address>) -> Result<(Socket, Address), Error> {
    let mut result = Err(moonwire_sockets::Errno::INVAL.during("bind"));
    for address in addresses {
        result = Socket::listen_on(&address, BACKLOG)
            .and_then(|socket| Ok((socket.descriptor().local_address()?, socket)))
            .map(|(address, socket)| (socket, address));
        if result.is_ok() {
            break;
        }
    }
    result
}

/// `accept(fd)`: a connection and the address of its peer.
pub(super) fn accept(call: Call<'_>) -> Outcome<'_> {
    let listener = call.descriptor(1)?;
    drive(call, Accept::new(listener), Timeout::Never, with_address)
}

/// `connect(addr)` and `connect(host, service)`.
pub(super) fn connect(call: Call<'_>) -> Outcome<'_> {
    let host = call.bytes(1)?;
    if call.is_none_or_nil(2) {
        return match Address::from_bytes(host) {
            Ok(address) => {
                let connect = Connect::new(vec![address], Kind::Stream);
                drive(call, connect, Timeout::Never, |call, connected| {
                    reply(call, connected, |_, (socket, _)| {
                        Ok(socket.into_descriptor().number().into())
                    })
                })
            }
            Err(error) => bad_address(call, "connect", error),
        };
    }
    let look_up = LookUp::new(host, &call.service(2)?, Kind::Stream);
    drive(call, look_up, Timeout::Never, |call, found| match found {
        Ok(addresses) => {
            drive(call, Connect::new(addresses, Kind::Stream), Timeout::Never, with_address)
        }
        Err(error) => failure(call, error),
    })
}

/// The results `fd, rawaddr`.
fn with_address<'c>(call: Call<'c>, result: Result<(Socket, Address), Error>) -> Outcome<'c> {
    reply(call, result, |mut call, (socket, address)| {
        // The string first: where Lua has no memory for it, the socket is still owned and is closed.
        let socket = Cell::new(Some(socket));
        let bytes = address.as_bytes();
        let address = call.build_holding(&socket, |builder, _| builder.bytes(bytes))?;
        let number = socket.take().map_or(-1, |socket| socket.into_descriptor().number());
        Ok((number, address).into())
    })
}

/// `read(fd [, timeout])`: what has arrived, `""` at the end of the stream.
pub(super) fn read(call: Call<'_>) -> Outcome<'_> {
    let descriptor = call.descriptor(1)?;
    let timeout = call.timeout_millis(2, DEFAULT_TIMEOUT)?;
    drive(call, Receive::new(descriptor, BUFSIZE), timeout, |call, received| {
        reply(call, received, |call, _| Ok(call.received().into()))
    })
}

/// `write(fd, s [, idx, n])`: sends what one system call takes.
pub(super) fn write(call: Call<'_>) -> Outcome<'_> {
    let descriptor = call.descriptor(1)?;
    let bytes = call.bytes(2)?;
    let start = call.integer_or(3, 1)?;
    let Some(rest) = start
        .checked_sub(1)
        .and_then(|skip| usize::try_from(skip).ok())
        .and_then(|skip| bytes.get(skip..))
    else {
        return Err(Raise::argument(3, "index out of range"));
    };
    let bytes = match call.is_none_or_nil(4) {
        true => rest,
        false => {
            let length = call.small_integer::<usize>(4, "length out of range")?;
            &rest[..length.min(rest.len())]
        }
    };
    if bytes.is_empty() {
        return Ok(0.into());
    }
    drive(call, Send::new(descriptor, bytes), Timeout::Never, sent)
}

/// The result of sending: the count of bytes.
pub(super) fn sent<'c>(call: Call<'c>, result: Result<usize, Error>) -> Outcome<'c> {
    reply(call, result, |_, length| Ok(length.into()))
}

/// `close(fd)`.
pub(super) fn close(call: Call<'_>) -> Outcome<'_> {
    let descriptor = call.descriptor(1)?;
    reply(call, descriptor.close(), |_, ()| Ok(Value::Boolean(true).into()))
}
