//! Addresses with the type and protocol of the sockets for them.

use crate::names::{c_string, port_or_name};
use crate::{Address, Error, sys};

/// An address, and the type and protocol of the sockets that it is for, as `getaddrinfo(3)` gives
/// them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddressInfo {
    /// The address.
    pub address: Address,
    /// The socket type's number, `SOCK_STREAM` and so on.
    pub kind: i32,
    /// The protocol's number, `IPPROTO_TCP` and so on.
    pub protocol: i32,
    /// The host's canonical name, where it was asked for.
    pub canonical_name: Option<Vec<u8>>,
}

/// What to look for, the `hints` of `getaddrinfo(3)` in the system's numbers. Zeroes ask for
/// everything.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ResolveHints {
    /// `AI_PASSIVE` and so on.
    pub flags: i32,
    /// `AF_INET` and so on.
    pub family: i32,
    /// `SOCK_STREAM` and so on.
    pub kind: i32,
    /// `IPPROTO_TCP` and so on.
    pub protocol: i32,
}

pub(crate) fn resolve(
    host: Option<&[u8]>,
    service: Option<&[u8]>,
    hints: ResolveHints,
) -> Result<Vec<AddressInfo>, Error> {
    let text = |name: Option<&[u8]>| name.map(|name| c_string(name, "getaddrinfo")).transpose();
    let service = service.map(port_or_name).transpose()?;
    let ResolveHints { flags, family, kind, protocol } = hints;
    let hints = sys::Hints { flags, family, kind, protocol };
    let mut list = Vec::new();
    sys::address_info(text(host)?.as_deref(), text(service)?.as_deref(), hints, |found| {
        list.push(AddressInfo {
            address: found.address,
            kind: found.kind,
            protocol: found.protocol,
            canonical_name: found.canonical_name.map(|name| name.to_bytes().to_vec()),
        });
    })?;
    Ok(list)
}

/// Host and service of an address, `getnameinfo(3)`. A unix address is on the local host, and its
/// name is the service.
pub(crate) fn service_name(address: &Address, flags: i32) -> Result<(Vec<u8>, Vec<u8>), Error> {
    if let Some(name) = address.unix_name_bytes() {
        return Ok((b"localhost".to_vec(), name.to_bytes()));
    }
    let (host, service) = sys::name_info(address, flags)?;
    Ok((host.into_bytes(), service.into_bytes()))
}
