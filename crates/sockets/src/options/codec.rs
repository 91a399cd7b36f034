//! How the values of options lie in the bytes of `setsockopt(2)`.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::{Errno, interfaces};

/// The longest value of an option in the table.
const LONGEST: usize = 16;

/// The native bytes of a value.
pub(super) struct Bytes {
    buffer: [u8; LONGEST],
    length: usize,
}

impl Bytes {
    pub(super) const fn new() -> Bytes {
        Bytes { buffer: [0; LONGEST], length: 0 }
    }

    fn with(mut self, part: &[u8]) -> Bytes {
        let end = self.length + part.len();
        self.buffer[self.length..end].copy_from_slice(part);
        self.length = end;
        self
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    pub(super) fn room(&mut self) -> &mut [u8] {
        self.length = LONGEST;
        &mut self.buffer
    }

    pub(super) fn cut(&mut self, length: usize) {
        self.length = length.min(LONGEST);
    }

    /// The bytes at `start`; zeroes where the kernel has written less.
    fn part<const N: usize>(&self, start: usize) -> [u8; N] {
        let mut part = [0; N];
        for (place, byte) in part.iter_mut().zip(self.as_slice().iter().skip(start)) {
            *place = *byte;
        }
        part
    }
}

/// Values to bytes and back. Either fails for a value that has no meaning to the system.
pub(super) struct Codec<T> {
    pub(super) encode: fn(T) -> Result<Bytes, Errno>,
    pub(super) decode: fn(&Bytes) -> Result<T, Errno>,
}

pub(super) const INTEGER: Codec<i32> = Codec {
    encode: |value| Ok(Bytes::new().with(&value.to_ne_bytes())),
    decode: |bytes| Ok(i32::from_ne_bytes(bytes.part(0))),
};

pub(super) const BOOLEAN: Codec<bool> = Codec {
    encode: |value| (INTEGER.encode)(value.into()),
    decode: |bytes| (INTEGER.decode)(bytes).map(|value| value != 0),
};

/// Whole seconds; a part of a second counts as one, for none of these options takes 0.
pub(super) const SECONDS: Codec<Duration> = Codec {
    encode: |value| {
        let seconds = value.as_secs() + u64::from(value.subsec_nanos() > 0);
        let seconds = i32::try_from(seconds).map_err(|_| Errno::INVAL)?;
        (INTEGER.encode)(seconds)
    },
    decode: |bytes| (INTEGER.decode)(bytes).map(|seconds| whole_seconds(seconds.into())),
};

/// `struct timeval`; zero is no limit, so less than a microsecond counts as one.
pub(super) const TIME: Codec<Duration> = Codec {
    encode: |value| {
        let value = Duration::from_micros(
            u64::try_from(value.as_nanos().div_ceil(1000)).map_err(|_| Errno::INVAL)?,
        );
        let seconds = libc::time_t::try_from(value.as_secs()).map_err(|_| Errno::INVAL)?;
        let micros = libc::suseconds_t::from(value.subsec_micros());
        Ok(Bytes::new().with(&seconds.to_ne_bytes()).with(&micros.to_ne_bytes()))
    },
    decode: |bytes| {
        let seconds = libc::time_t::from_ne_bytes(bytes.part(0));
        let micros = libc::suseconds_t::from_ne_bytes(bytes.part(size_of::<libc::time_t>()));
        let micros = u64::try_from(micros).unwrap_or(0);
        Ok(whole_seconds(seconds).saturating_add(Duration::from_micros(micros)))
    },
};

fn whole_seconds(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

/// The index of an interface.
pub(super) const INTERFACE: Codec<u32> = Codec {
    encode: |index| (INTEGER.encode)(index.cast_signed()),
    decode: |bytes| (INTEGER.decode)(bytes).map(i32::cast_unsigned),
};

/// The index of an interface, as IPv4 has it: `struct ip_mreqn` one way, an address the other.
///
/// The kernel returns the address that it was given, so the encoder adds the address of the interface. An
/// interface without an IPv4 address can be set, but reads as none.
pub(super) const INTERFACE_BY_ADDRESS: Codec<u32> = Codec {
    encode: |index| {
        let address = if index == 0 { None } else { ipv4_address_of(index)? };
        let address = address.unwrap_or(Ipv4Addr::UNSPECIFIED);
        Ok(Bytes::new()
            .with(&Ipv4Addr::UNSPECIFIED.octets())
            .with(&address.octets())
            .with(&index.to_ne_bytes()))
    },
    decode: |bytes| {
        let address = Ipv4Addr::from(bytes.part::<4>(0));
        if address.is_unspecified() { Ok(0) } else { interface_with(address) }
    },
};

fn ipv4_address_of(index: u32) -> Result<Option<Ipv4Addr>, Errno> {
    let name = crate::interface_name(index).map_err(errno)?;
    let list = interfaces().map_err(errno)?;
    Ok(list.iter().filter(|interface| interface.name == name).find_map(|interface| match interface
        .address?
        .ip()?
    {
        IpAddr::V4(ip) => Some(ip),
        IpAddr::V6(_) => None,
    }))
}

fn interface_with(address: Ipv4Addr) -> Result<u32, Errno> {
    let list = interfaces().map_err(errno)?;
    let found = list
        .iter()
        .find(|interface| interface.address.and_then(|own| own.ip()) == Some(IpAddr::V4(address)));
    match found {
        Some(interface) => crate::interface_index(&interface.name).map_err(errno),
        // The machine no longer has the address.
        None => Ok(0),
    }
}

fn errno(error: crate::Error) -> Errno {
    error.errno().unwrap_or(Errno::INVAL)
}
