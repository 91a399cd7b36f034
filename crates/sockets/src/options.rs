//! Socket options as a table: name, level, constant and codec.

use std::fmt;

use crate::{Descriptor, Error, sys};

/// How an option's value lies in the bytes of `setsockopt(2)`.
struct Codec<T> {
    encode: fn(T) -> [u8; 4],
    decode: fn([u8; 4]) -> T,
}

const BOOLEAN: Codec<bool> = Codec {
    encode: |value| i32::from(value).to_ne_bytes(),
    decode: |bytes| i32::from_ne_bytes(bytes) != 0,
};

const INTEGER: Codec<i32> = Codec { encode: i32::to_ne_bytes, decode: i32::from_ne_bytes };

/// An option of a socket, with the type of its value.
pub struct SocketOption<T: 'static> {
    /// The name of the constant, `"SO_REUSEADDR"`.
    pub name: &'static str,
    level: i32,
    constant: i32,
    codec: &'static Codec<T>,
}

/// Defines options, one line each: documentation, name, type, codec, level and constant.
macro_rules! options {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $codec:ident, $level:ident, $constant:ident;)*) => {
        $(
            $(#[$doc])*
            pub const $name: SocketOption<$type> = SocketOption {
                name: stringify!($constant),
                level: libc::$level,
                constant: libc::$constant,
                codec: &$codec,
            };
        )*
    };
}

options! {
    /// Lets an address be bound again while connections of an earlier socket linger, `socket(7)`.
    REUSE_ADDRESS: bool = BOOLEAN, SOL_SOCKET, SO_REUSEADDR;
    /// Lets datagrams be sent to a broadcast address, `socket(7)`.
    BROADCAST: bool = BOOLEAN, SOL_SOCKET, SO_BROADCAST;
    /// Probes an idle connection now and then, `socket(7)`.
    KEEP_ALIVE: bool = BOOLEAN, SOL_SOCKET, SO_KEEPALIVE;
    /// Whether the socket listens (only read), `socket(7)`.
    ACCEPTS_CONNECTIONS: bool = BOOLEAN, SOL_SOCKET, SO_ACCEPTCONN;
    /// The pending error as an errno, 0 for none; reading it clears it (only read), `socket(7)`.
    PENDING_ERROR: i32 = INTEGER, SOL_SOCKET, SO_ERROR;
    /// Sends small segments at once, `tcp(7)`.
    NO_DELAY: bool = BOOLEAN, IPPROTO_TCP, TCP_NODELAY;
    /// Over how many routers an IPv4 multicast datagram may go, `ip(7)`.
    MULTICAST_TTL: i32 = INTEGER, IPPROTO_IP, IP_MULTICAST_TTL;
    /// The same for IPv6, `ipv6(7)`.
    MULTICAST_HOPS: i32 = INTEGER, IPPROTO_IPV6, IPV6_MULTICAST_HOPS;
}

impl<T> SocketOption<T> {
    pub(crate) fn set(&self, descriptor: Descriptor, value: T) -> Result<(), Error> {
        let bytes = (self.codec.encode)(value);
        sys::set_option(descriptor, self.level, self.constant, &bytes)
            .map_err(|errno| errno.during("setsockopt"))
    }

    pub(crate) fn get(&self, descriptor: Descriptor) -> Result<T, Error> {
        let mut bytes = [0; 4];
        sys::get_option(descriptor, self.level, self.constant, &mut bytes)
            .map_err(|errno| errno.during("getsockopt"))?;
        Ok((self.codec.decode)(bytes))
    }
}

impl<T> fmt::Debug for SocketOption<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
