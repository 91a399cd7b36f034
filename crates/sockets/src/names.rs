//! What the system's resolver is asked for.

use std::ffi::CString;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::{Address, Cause, Errno, Error, Family, Kind, sys};

/// Host and port of an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameInfo {
    /// The host's name, or its address in numbers.
    pub host: Vec<u8>,
    /// The port; 0 for a unix address.
    pub port: u16,
}

/// A name as C takes it; one with a NUL would be cut.
pub(crate) fn c_string(name: &[u8], operation: &'static str) -> Result<CString, Error> {
    CString::new(name).map_err(|_| Errno::INVAL.during(operation))
}

/// A service as the resolver takes it. Numbers beyond the ports and numbers with a sign or space in
/// front are refused here: the resolver reads them with `strtoul(3)` and cuts what it reads.
pub(crate) fn port_or_name(service: &[u8]) -> Result<&[u8], Error> {
    let is_number = service.iter().all(u8::is_ascii_digit);
    match service {
        b"" => Ok(b"0"),
        _ if is_number && parse::<u16>(service).is_some() => Ok(service),
        _ if is_number || !service[0].is_ascii_alphanumeric() => {
            Err(Error { operation: "getaddrinfo", cause: Cause::Resolver(libc::EAI_SERVICE) })
        }
        _ => Ok(service),
    }
}

pub(crate) fn look_up(
    host: Option<&[u8]>,
    service: &[u8],
    kind: Kind,
    family: Option<Family>,
) -> Result<Vec<Address>, Error> {
    let host = host.map(|host| c_string(host, "getaddrinfo")).transpose()?;
    let service = c_string(port_or_name(service)?, "getaddrinfo")?;
    let hints = sys::Hints {
        flags: if host.is_none() { libc::AI_PASSIVE } else { 0 },
        family: family.map_or(libc::AF_UNSPEC, Family::domain),
        // One type, or each address comes once for every type.
        kind: kind.number(),
        protocol: 0,
    };
    let mut addresses = Vec::new();
    sys::address_info(host.as_deref(), Some(&service), hints, |found| {
        if !addresses.contains(&found.address) {
            addresses.push(found.address);
        }
    })?;
    Ok(addresses)
}

pub(crate) fn name_of(address: &Address, numeric_host: bool) -> Result<NameInfo, Error> {
    if let Some(name) = address.unix_name_bytes() {
        return Ok(NameInfo { host: name.to_bytes(), port: 0 });
    }
    let flags = libc::NI_NUMERICSERV | if numeric_host { libc::NI_NUMERICHOST } else { 0 };
    let (host, _) = sys::name_info(address, flags)?;
    Ok(NameInfo { host: host.into_bytes(), port: address.port().unwrap_or(0) })
}

/// The index of the interface called `name`, `if_nametoindex(3)`.
///
/// # Errors
/// `ENODEV` where there is none, `EINVAL` for a name with a NUL.
pub fn interface_index(name: &[u8]) -> Result<u32, Error> {
    let name = c_string(name, "if_nametoindex")?;
    sys::interface_index(&name).map_err(|errno| errno.during("if_nametoindex"))
}

/// The name of the interface with this index, `if_indextoname(3)`.
///
/// # Errors
/// `ENXIO` where there is none.
pub fn interface_name(index: u32) -> Result<Vec<u8>, Error> {
    sys::interface_name(index)
        .map(CString::into_bytes)
        .map_err(|errno| errno.during("if_indextoname"))
}

/// An IPv6 address in text, with the index of the interface where one is named: `fe80::1%eth0`,
/// `fe80::1%2` (RFC 4007).
///
/// # Errors
/// `EINVAL` where it is no IPv6 address, and those of [`interface_index`].
pub fn parse_ipv6(text: &[u8]) -> Result<(Ipv6Addr, u32), Error> {
    let (ip, scope) = match text.iter().position(|byte| *byte == b'%') {
        Some(mark) => (&text[..mark], Some(&text[mark + 1..])),
        None => (text, None),
    };
    let ip = parse(ip).ok_or(Errno::INVAL.during("inet_pton"))?;
    let scope = match scope {
        None => 0,
        Some(scope) => parse(scope).map_or_else(|| interface_index(scope), Ok)?,
    };
    Ok((ip, scope))
}

/// The address that a host's text stands for by itself, or `None` for a name that has to be looked
/// up. A text with a colon is no name.
#[must_use]
pub fn literal_address(host: &[u8], port: u16) -> Option<Result<Address, Error>> {
    if let Some(ip) = parse::<Ipv4Addr>(host) {
        return Some(Ok(Address::ipv4(ip, port)));
    }
    host.contains(&b':').then(|| parse_ipv6(host).map(|(ip, scope)| Address::ipv6(ip, port, scope)))
}

/// The host of an IP address in text, with the name of the interface that an IPv6 address is bound
/// to: `fe80::1%eth0` (RFC 4007). Nothing is looked up.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    ip: IpAddr,
    scope: u32,
}

impl Host {
    /// The most bytes that the text has.
    pub const MAX_LENGTH: usize = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%".len() + 16;

    /// The host of `address`, `None` where that is no IP address.
    #[must_use]
    pub fn of(address: &Address) -> Option<Host> {
        Some(Host { ip: address.ip()?, scope: address.scope().unwrap_or(0) })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip.fmt(f)?;
        if self.scope == 0 {
            return Ok(());
        }
        match sys::interface_name(self.scope) {
            Ok(name) => write!(f, "%{}", name.to_string_lossy()),
            // An interface that has gone.
            Err(_) => write!(f, "%{}", self.scope),
        }
    }
}

fn parse<T: FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
