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

/// An option of a socket, with the type of its value.
pub struct SocketOption<T: 'static> {
    /// The name of the constant, `"SO_REUSEADDR"`.
    pub name: &'static str,
    level: i32,
    constant: i32,
    codec: &'static Codec<T>,
}

/// Lets an address be bound again while connections of an earlier socket linger, `socket(7)`.
pub const REUSE_ADDRESS: SocketOption<bool> = SocketOption {
    name: "SO_REUSEADDR",
    level: libc::SOL_SOCKET,
    constant: libc::SO_REUSEADDR,
    codec: &BOOLEAN,
};

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
