//! Datagram sockets for multicast, and for broadcast in IPv4.

use std::net::{IpAddr, Ipv6Addr};

use moonwire_sockets::options::{BROADCAST, MULTICAST_HOPS, REUSE_ADDRESS};
use moonwire_sockets::{Address, Error, Membership, Socket};

/// Binds a socket so that it receives what is sent to `address`: a group, which it joins, or any
/// other address. Several sockets of one machine may be bound to the same (`SO_REUSEADDR`).
pub(super) fn bind(socket: &Socket, address: &Address) -> Result<(), Error> {
    let descriptor = socket.descriptor();
    descriptor.set_option(&REUSE_ADDRESS, true)?;
    match address.ip() {
        Some(ip) if ip.is_multicast() => {
            socket.bind(&bindable(ip, address))?;
            let interface = address.scope().unwrap_or(0);
            descriptor.change_membership(Membership::Join, address, None, interface)
        }
        _ => {
            allow_broadcast(socket, address)?;
            socket.bind(address)
        }
    }
}

/// Prepares a socket for sending to `address`: a group, whose datagrams pass `ttl` routers at most,
/// or any other address.
pub(super) fn prepare_to_send(socket: &Socket, address: &Address, ttl: u8) -> Result<(), Error> {
    socket.descriptor().set_option(&MULTICAST_HOPS, ttl.into())?;
    allow_broadcast(socket, address)
}

/// Any IPv4 address but a group's may be one for broadcasts: the network's mask decides that.
fn allow_broadcast(socket: &Socket, address: &Address) -> Result<(), Error> {
    match address.ip() {
        Some(IpAddr::V4(ip)) if !ip.is_multicast() => {
            socket.descriptor().set_option(&BROADCAST, true)
        }
        _ => Ok(()),
    }
}

/// What a socket for a group is bound to. The kernel does not bind to a group that is local to a
/// link or to an interface unless it is told which: then to any address.
fn bindable(group: IpAddr, address: &Address) -> Address {
    /// The scopes of RFC 4291, 2.7: interface-local and link-local.
    const LOCAL: [u16; 2] = [0xff01, 0xff02];
    match (group, address.scope(), address.port()) {
        (IpAddr::V6(ip), Some(0), Some(port)) if LOCAL.contains(&(ip.segments()[0] & 0xff0f)) => {
            Address::ipv6(Ipv6Addr::UNSPECIFIED, port, 0)
        }
        _ => *address,
    }
}
