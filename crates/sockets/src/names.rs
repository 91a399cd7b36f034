//! Questions to the system's resolver.

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

/// A name as C takes it. A name with a NUL is refused: C would cut it.
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
#[inline]
pub fn literal_address(host: &[u8], port: u16) -> Option<Result<Address, Error>> {
    if let Some(ip) = parse_ipv4(host) {
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
            // The interface has gone.
            Err(_) => write!(f, "%{}", self.scope),
        }
    }
}

/// An IPv4 address in text, as the standard library reads it, in a third of the time: programs that send
/// datagrams give the address with each.
fn parse_ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut rest = text;
    for (octet, is_last) in octets.iter_mut().zip([false, false, false, true]) {
        let mut value = 0_u32;
        let mut digits = 0;
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            // No leading zero, which some systems read as octal.
            if digits == 3 || (digits > 0 && value == 0) {
                return None;
            }
            value = value * 10 + u32::from(digit - b'0');
            digits += 1;
            rest = after;
        }
        match rest {
            _ if digits == 0 => return None,
            [] if is_last => {}
            [b'.', after @ ..] if !is_last => rest = after,
            _ => return None,
        }
        *octet = u8::try_from(value).ok()?;
    }
    Some(Ipv4Addr::from(octets))
}

fn parse<T: FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_ipv4_addresses_as_the_standard_library_does() {
        let texts = [
            "127.0.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "256.0.0.1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "00.0.0.0",
            "1.2.3.04",
            "1..2.3",
            ".1.2.3",
            "1.2.3.",
            "1.2.3.4 ",
            " 1.2.3.4",
            "+1.2.3.4",
            "",
            "a.b.c.d",
            "1234.1.1.1",
            "1.2.3.4\0",
            "127.1",
            "1.2.3.4a",
        ];
        for text in texts {
            assert_eq!(parse_ipv4(text.as_bytes()), text.parse().ok(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reads_any_text_as_the_standard_library_does(text in "([0-9]{0,4}[.]?){0,5}|[0-9.a ]{0,16}") {
            prop_assert_eq!(parse_ipv4(text.as_bytes()), text.parse().ok());
        }

        #[test]
        fn reads_every_address(octets: [u8; 4]) {
            let ip = Ipv4Addr::from(octets);
            prop_assert_eq!(parse_ipv4(ip.to_string().as_bytes()), Some(ip));
        }
    }
}
