//! Socket options as a table: name, codec, level and constant.

mod codec;

use std::fmt;
use std::time::Duration;

use codec::{BOOLEAN, Bytes, Codec, INTEGER, INTERFACE, INTERFACE_BY_ADDRESS, SECONDS, TIME};

use crate::{Descriptor, Errno, Error, Family, sys};

/// An option of a socket, with the type of its value.
pub struct SocketOption<T: 'static> {
    /// The name of the constant, `"SO_REUSEADDR"`.
    pub name: &'static str,
    place: Place<T>,
    /// Where the option is for IPv6 sockets, for a multicast option that has two constants.
    ipv6: Option<Place<T>>,
}

struct Place<T: 'static> {
    level: i32,
    constant: i32,
    codec: &'static Codec<T>,
}

/// Defines options, one line each: documentation, name, type, codec, level and constant. A multicast
/// option has the latter three once more, for IPv6.
macro_rules! options {
    (@place) => { None };
    (@place $codec:ident, $level:ident, $constant:ident) => {
        Some(Place { level: libc::$level, constant: libc::$constant, codec: &$codec })
    };
    ($($(#[$doc:meta])* $name:ident: $type:ty = $codec:ident, $level:ident, $constant:ident
        $(, ipv6: $($ipv6:ident),*)?;)*) => {
        $(
            $(#[$doc])*
            pub const $name: SocketOption<$type> = SocketOption {
                name: stringify!($constant),
                place: Place { level: libc::$level, constant: libc::$constant, codec: &$codec },
                ipv6: options!(@place $($($ipv6),*)?),
            };
        )*
    };
}

options! {
    /// Lets an address be bound again while connections of an earlier socket linger, `socket(7)`.
    REUSE_ADDRESS: bool = BOOLEAN, SOL_SOCKET, SO_REUSEADDR;
    /// Lets several sockets be bound to one address, if all of them ask for it, `socket(7)`.
    REUSE_PORT: bool = BOOLEAN, SOL_SOCKET, SO_REUSEPORT;
    /// Lets datagrams be sent to a broadcast address, `socket(7)`.
    BROADCAST: bool = BOOLEAN, SOL_SOCKET, SO_BROADCAST;
    /// Turns the kernel's debugging on, which needs a privilege, `socket(7)`.
    DEBUG: bool = BOOLEAN, SOL_SOCKET, SO_DEBUG;
    /// Probes an idle connection now and then, `socket(7)`.
    KEEP_ALIVE: bool = BOOLEAN, SOL_SOCKET, SO_KEEPALIVE;
    /// Leaves out-of-band data in the stream, `socket(7)`.
    OUT_OF_BAND_INLINE: bool = BOOLEAN, SOL_SOCKET, SO_OOBINLINE;
    /// Sends to hosts on the same link only, `socket(7)`.
    DONT_ROUTE: bool = BOOLEAN, SOL_SOCKET, SO_DONTROUTE;
    /// Adds a control message to every datagram that says when it came, `socket(7)`.
    TIMESTAMP: bool = BOOLEAN, SOL_SOCKET, SO_TIMESTAMP;
    /// Whether the socket listens (only read), `socket(7)`.
    ACCEPTS_CONNECTIONS: bool = BOOLEAN, SOL_SOCKET, SO_ACCEPTCONN;
    /// The pending error as an errno, 0 for none; reading it clears it (only read), `socket(7)`.
    PENDING_ERROR: i32 = INTEGER, SOL_SOCKET, SO_ERROR;
    /// The address family's number, `AF_INET` and so on (only read), `socket(7)`.
    DOMAIN: i32 = INTEGER, SOL_SOCKET, SO_DOMAIN;
    /// The socket type's number, `SOCK_STREAM` and so on (only read), `socket(7)`.
    TYPE: i32 = INTEGER, SOL_SOCKET, SO_TYPE;
    /// The protocol's number, `IPPROTO_TCP` and so on (only read), `socket(7)`.
    PROTOCOL: i32 = INTEGER, SOL_SOCKET, SO_PROTOCOL;
    /// The size of the receive buffer in bytes. Linux doubles what it is given, `socket(7)`.
    RECEIVE_BUFFER: i32 = INTEGER, SOL_SOCKET, SO_RCVBUF;
    /// The size of the send buffer in bytes. Linux doubles what it is given, `socket(7)`.
    SEND_BUFFER: i32 = INTEGER, SOL_SOCKET, SO_SNDBUF;
    /// How many bytes must have come before a stream is readable, `socket(7)`.
    RECEIVE_LOW_WATER: i32 = INTEGER, SOL_SOCKET, SO_RCVLOWAT;
    /// How many bytes must fit before a stream is writable. Linux does not let it be set, `socket(7)`.
    SEND_LOW_WATER: i32 = INTEGER, SOL_SOCKET, SO_SNDLOWAT;
    /// How long receiving and accepting wait in the kernel, zero for ever, `socket(7)`.
    RECEIVE_TIMEOUT: Duration = TIME, SOL_SOCKET, SO_RCVTIMEO;
    /// How long sending and connecting wait in the kernel, zero for ever, `socket(7)`.
    SEND_TIMEOUT: Duration = TIME, SOL_SOCKET, SO_SNDTIMEO;
    /// Sends small segments at once, `tcp(7)`.
    NO_DELAY: bool = BOOLEAN, IPPROTO_TCP, TCP_NODELAY;
    /// Keeps partial segments back, `tcp(7)`.
    CORK: bool = BOOLEAN, IPPROTO_TCP, TCP_CORK;
    /// How long a connection is idle before it is probed, in whole seconds, `tcp(7)`.
    KEEP_ALIVE_IDLE: Duration = SECONDS, IPPROTO_TCP, TCP_KEEPIDLE;
    /// How long it is from one probe to the next, in whole seconds, `tcp(7)`.
    KEEP_ALIVE_INTERVAL: Duration = SECONDS, IPPROTO_TCP, TCP_KEEPINTVL;
    /// How many probes without an answer end a connection, `tcp(7)`.
    KEEP_ALIVE_COUNT: i32 = INTEGER, IPPROTO_TCP, TCP_KEEPCNT;
    /// Leaves IPv4 to other sockets, `ipv6(7)`.
    IPV6_ONLY: bool = BOOLEAN, IPPROTO_IPV6, IPV6_V6ONLY;
    /// Over how many routers a multicast datagram can go, `ip(7)`, `ipv6(7)`.
    MULTICAST_HOPS: i32 = INTEGER, IPPROTO_IP, IP_MULTICAST_TTL,
        ipv6: INTEGER, IPPROTO_IPV6, IPV6_MULTICAST_HOPS;
    /// Whether members on this host receive what the socket sends, `ip(7)`, `ipv6(7)`.
    MULTICAST_LOOP: bool = BOOLEAN, IPPROTO_IP, IP_MULTICAST_LOOP,
        ipv6: BOOLEAN, IPPROTO_IPV6, IPV6_MULTICAST_LOOP;
    /// The index of the interface that multicast datagrams leave by, 0 for the system's choice. An
    /// interface without an IPv4 address reads as 0 on an IPv4 socket; `ip(7)`, `ipv6(7)`.
    MULTICAST_INTERFACE: u32 = INTERFACE_BY_ADDRESS, IPPROTO_IP, IP_MULTICAST_IF,
        ipv6: INTERFACE, IPPROTO_IPV6, IPV6_MULTICAST_IF;
}

impl<T> SocketOption<T> {
    /// Where the option is for this socket.
    fn place(&self, descriptor: Descriptor) -> Result<&Place<T>, Error> {
        match &self.ipv6 {
            None => Ok(&self.place),
            Some(ipv6) => match descriptor.multicast_family()? {
                Family::Inet6 => Ok(ipv6),
                _ => Ok(&self.place),
            },
        }
    }

    pub(crate) fn set(&self, descriptor: Descriptor, value: T) -> Result<(), Error> {
        let place = self.place(descriptor)?;
        (place.codec.encode)(value)
            .and_then(|bytes| {
                sys::set_option(descriptor, place.level, place.constant, bytes.as_slice())
            })
            .map_err(|errno| errno.during("setsockopt"))
    }

    pub(crate) fn get(&self, descriptor: Descriptor) -> Result<T, Error> {
        let place = self.place(descriptor)?;
        let mut bytes = Bytes::new();
        let read = |bytes: &mut Bytes| -> Result<T, Errno> {
            let length = sys::get_option(descriptor, place.level, place.constant, bytes.room())?;
            bytes.cut(length);
            (place.codec.decode)(bytes)
        };
        read(&mut bytes).map_err(|errno| errno.during("getsockopt"))
    }
}

impl<T> fmt::Debug for SocketOption<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
