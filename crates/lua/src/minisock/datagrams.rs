//! Datagram sockets over UDP and unix.

use moonwire_sockets::operation::{ReceiveFrom, Send};
use moonwire_sockets::{Address, Errno, Family, Kind, Socket, Timeout};

use super::failure::{bad_address, failure, reply};
use super::streams::sent;
use super::{DEFAULT_TIMEOUT, UDPMAXSIZE};
use crate::drive::drive;
use crate::native::{Call, Outcome};

/// What stands for "IPv6, not bound" in place of an address: the number of Linux's `AF_INET6`.
const UNBOUND_IPV6: &[u8] = b"\x0a";

/// `udpsocket([addr])`: a datagram socket, bound where there is an address.
pub(super) fn udpsocket(call: Call<'_>) -> Outcome<'_> {
    let socket = match call.bytes_or(1, b"")? {
        b"" => Socket::new(Family::Inet, Kind::Datagram),
        UNBOUND_IPV6 => Socket::new(Family::Inet6, Kind::Datagram),
        [_] => Err(Errno::AFNOSUPPORT.during("udpsocket")),
        address => match Address::from_bytes(address) {
            Ok(address) => Socket::datagram_on(&address),
            Err(error) => Err(error.0.during("udpsocket")),
        },
    };
    match socket {
        Ok(socket) => Ok(socket.into_descriptor().number().into()),
        Err(error) => failure(call, error),
    }
}

/// `sendto(fd, addr, msg)`.
pub(super) fn sendto(call: Call<'_>) -> Outcome<'_> {
    let descriptor = call.descriptor(1)?;
    let address = call.bytes(2)?;
    let message = call.bytes(3)?;
    match Address::from_bytes(address) {
        Ok(address) => drive(call, Send::to(descriptor, message, address), Timeout::Never, sent),
        Err(error) => bad_address(call, "sendto", error),
    }
}

/// `recvfrom(fd [, timeout])`: a message and the address of its sender.
pub(super) fn recvfrom(call: Call<'_>) -> Outcome<'_> {
    let descriptor = call.descriptor(1)?;
    let timeout = call.timeout_millis(2, DEFAULT_TIMEOUT)?;
    drive(call, ReceiveFrom::new(descriptor, UDPMAXSIZE), timeout, |call, received| {
        reply(call, received, |call, (_, sender)| Ok(call.received_with(sender.as_bytes()).into()))
    })
}
