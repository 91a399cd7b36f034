//! Where a socket goes to, and what its ends are called.

use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::rc::Rc;
use std::time::Instant;

use moonwire_sockets::operation::LookUp;
use moonwire_sockets::{
    Address, Errno, Error, Family, Kind, ParseAddressError, Timeout, literal_address,
};

use super::failure::failure;
use crate::convert::HostText;
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise};

/// Where a socket is to be connected, bound, or to send to.
#[derive(Clone)]
pub(super) enum Place {
    /// An address that needs no look-up, or why it is none.
    Known(Result<Address, Error>),
    /// A host's name and a port.
    Name(Rc<[u8]>, u16),
    /// Every address of this machine, with a port.
    Anywhere(u16),
    /// None: the peer of a socket that is connected.
    Nowhere,
}

/// What a failure names.
pub(super) enum Subject<'a> {
    Address(Address),
    Name(&'a [u8], u16),
    Text(&'a [u8]),
    Nothing,
}

impl Subject<'_> {
    pub(super) fn write(&self, text: &mut Vec<u8>) {
        match self {
            Subject::Address(address) => write_address(address, text),
            Subject::Name(host, port) => {
                text.extend_from_slice(host);
                // Writing to a vector cannot fail.
                let _ = write!(text, ":{port}");
            }
            Subject::Text(bytes) => text.extend_from_slice(bytes),
            Subject::Nothing => {}
        }
    }
}

const UNIX: &[u8] = b"unix:";

/// Appends an address as programs see it: `127.0.0.1:80`, `[::1]:80`, `unix:/path`, `unix:@name`.
pub(super) fn write_address(address: &Address, text: &mut Vec<u8>) {
    let host = HostText::of(address);
    match (address.family(), address.port()) {
        (Some(Family::Unix), _) => text.extend_from_slice(&[UNIX, host.as_bytes()].concat()),
        (Some(family), Some(port)) => {
            let (before, after) = if family == Family::Inet6 { ("[", "]") } else { ("", "") };
            text.extend_from_slice(before.as_bytes());
            text.extend_from_slice(host.as_bytes());
            // Writing to a vector cannot fail.
            let _ = write!(text, "{after}:{port}");
        }
        // A unix socket that has sent without a name of its own.
        _ => text.extend_from_slice(UNIX),
    }
}

/// An address for the reply.
pub(super) fn address_value<'c>(call: Call<'c>, address: &Address) -> &'c [u8] {
    call.compose(|text| write_address(&address.unmapped(), text))
}

fn parse_port(text: &[u8]) -> Option<u16> {
    let is_number = text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_number)?.parse().ok()
}

impl Place {
    /// The address in an argument, for a socket of `kind`.
    pub(super) fn at(call: &Call<'_>, index: usize, kind: Kind) -> Result<Place, Raise> {
        let problem = |text| Raise::argument(index, text);
        if call.is_table(index) {
            return Place::in_table(call, index).map_err(|_| {
                problem("an address in a table has the fields host and port, or path")
            });
        }
        if !call.is_string(index) {
            return Err(call.type_error(index, "string or table"));
        }
        Place::parse(call.bytes(index)?, kind).map_err(problem)
    }

    /// The same for a place that is not this machine as a whole.
    pub(super) fn remote_at(call: &Call<'_>, index: usize, kind: Kind) -> Result<Place, Raise> {
        match Place::at(call, index, kind)? {
            Place::Anywhere(_) => Err(Raise::argument(index, "the address has no host")),
            place => Ok(place),
        }
    }

    fn in_table(call: &Call<'_>, index: usize) -> Result<Place, Raise> {
        let unfit = |_| Raise::Text("no address");
        let (mut host, mut port, mut path) = (None, None, None);
        // What is read lies on the stack only for the time of each call.
        let known = call.each_field(index, ["host", "port", "path"].into_iter(), |name, at| {
            match name {
                "host" => host = Some(call.bytes(at)?.to_vec()),
                "port" => port = Some(call.port(at)?),
                _ => path = Some(call.bytes(at)?.to_vec()),
            }
            Ok(())
        })?;
        match (host, port, path) {
            (Some(host), Some(port), None) if known.is_ok() => {
                Place::host(&host, port).map_err(unfit)
            }
            (None, None, Some(path)) if known.is_ok() => Place::unix(&path).map_err(unfit),
            _ => Err(unfit("")),
        }
    }

    fn parse(text: &[u8], kind: Kind) -> Result<Place, &'static str> {
        if let Some(name) = text.strip_prefix(UNIX) {
            return Place::unix(name);
        }
        let scheme: &[u8] = match kind {
            Kind::Stream => b"tcp://",
            Kind::Datagram => b"udp://",
        };
        let text = text.strip_prefix(scheme).unwrap_or(text);
        let colon = text.iter().rposition(|byte| *byte == b':').ok_or("the address has no port")?;
        let (host, port) = (&text[..colon], &text[colon + 1..]);
        let port = parse_port(port).ok_or("the address has no port from 0 to 65535")?;
        match host.strip_prefix(b"[").map(|rest| rest.strip_suffix(b"]")) {
            Some(Some(host)) if host.contains(&b':') => Place::host(host, port),
            None if !host.iter().any(|byte| b":/[]".contains(byte)) => Place::host(host, port),
            _ if host.contains(&b'/') => Err("the address is of an unknown kind"),
            _ => Err("an IPv6 address, and nothing else, belongs in brackets"),
        }
    }

    fn host(host: &[u8], port: u16) -> Result<Place, &'static str> {
        match host {
            b"" | b"*" => Ok(Place::Anywhere(port)),
            host if host.contains(&0) => Err("the host has a NUL in it"),
            host => Ok(match literal_address(host, port) {
                Some(Err(error)) if error.errno() == Some(Errno::INVAL) => {
                    return Err("the host is no IPv6 address");
                }
                Some(known) => Place::Known(known),
                None => Place::Name(host.into(), port),
            }),
        }
    }

    fn unix(name: &[u8]) -> Result<Place, &'static str> {
        match Address::unix_name(name) {
            Err(ParseAddressError(Errno::NAMETOOLONG)) => {
                Ok(Place::Known(Err(Errno::NAMETOOLONG.during("sockaddr_un"))))
            }
            Err(_) => Err("the path is empty or has a NUL in it"),
            Ok(address) => Ok(Place::Known(Ok(address))),
        }
    }

    /// What a failure at this place names.
    pub(super) fn subject(&self) -> Subject<'_> {
        match self {
            Place::Known(Ok(address)) => Subject::Address(*address),
            Place::Known(Err(_)) => Subject::Nothing,
            Place::Name(host, port) => Subject::Name(host, *port),
            Place::Anywhere(port) => Subject::Name(b"*", *port),
            Place::Nowhere => Subject::Nothing,
        }
    }

    /// The addresses of a place that needs no look-up. Every address of this machine is the one of
    /// IPv6, which takes IPv4 along, or that of IPv4 where the machine has no IPv6.
    pub(super) fn known(&self) -> Option<Result<Vec<Address>, Error>> {
        match self {
            Place::Known(known) => Some(known.map(|address| vec![address])),
            Place::Anywhere(port) => Some(Ok(vec![
                Address::ipv6(Ipv6Addr::UNSPECIFIED, *port, 0),
                Address::ipv4(Ipv4Addr::UNSPECIFIED, *port),
            ])),
            Place::Nowhere => Some(Ok(Vec::new())),
            Place::Name(..) => None,
        }
    }

    /// Finds the addresses of the place, and goes on with them and with what is left of the
    /// time-out then.
    pub(super) fn find<'c>(
        self,
        call: Call<'c>,
        operation: &'static str,
        kind: Kind,
        family: Option<Family>,
        timeout: Timeout,
        then: impl FnOnce(Call<'c>, Place, Vec<Address>, Timeout) -> Outcome<'c> + 'c,
    ) -> Outcome<'c> {
        let look_up = match (self.known(), &self) {
            (Some(Ok(addresses)), _) => return then(call, self, addresses, timeout),
            (Some(Err(error)), _) => return failure(call, operation, &self.subject(), error),
            (None, Place::Name(host, port)) => LookUp::new(host, port.to_string().as_bytes(), kind),
            (None, _) => return then(call, self, Vec::new(), timeout),
        };
        let look_up = match family {
            Some(family @ Family::Inet) => look_up.of_family(family),
            _ => look_up,
        };
        // The look-up takes its time, which is part of the time of the whole call.
        let start = Instant::now();
        drive(call, look_up, timeout, move |call, found| match found {
            Ok(addresses) => then(call, self, addresses, timeout.after(start.elapsed())),
            Err(error) => failure(call, operation, &self.subject(), error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(place: &Place) -> String {
        let mut text = Vec::new();
        place.subject().write(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    #[test]
    fn addresses_are_what_they_were() {
        for address in [
            "127.0.0.1:80",
            "[::1]:80",
            "unix:/path",
            "unix:relative",
            "unix:@name",
            "localhost:65535",
            "*:0",
        ] {
            let place = Place::parse(address.as_bytes(), Kind::Stream);
            assert_eq!(place.map(|place| text(&place)), Ok(address.to_owned()));
        }
        for (given, told) in [("tcp://127.0.0.1:80", "127.0.0.1:80"), (":80", "*:80")] {
            let place = Place::parse(given.as_bytes(), Kind::Stream);
            assert_eq!(place.map(|place| text(&place)), Ok(told.to_owned()));
        }
    }

    #[test]
    fn other_texts_are_no_addresses() {
        for text in [
            "",
            "host",
            "host:",
            "host:x",
            "host:65536",
            "host:-1",
            "host:+1",
            "::1:80",
            "[::1]",
            "[::1]80",
            "[127.0.0.1]:80",
            "[host]:80",
            "[x:y]:80",
            "http://host:80",
            "udp://a:1",
            "/path",
            "unix:",
            "unix:/a\0b",
            "a\0b:80",
        ] {
            assert!(Place::parse(text.as_bytes(), Kind::Stream).is_err(), "{text}");
        }
    }
}
