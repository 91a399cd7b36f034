//! Building raw addresses and taking them apart.

use std::net::{IpAddr, Ipv4Addr};

use moonwire_sockets::{Address, Errno, Error, interface_index, parse_ipv6};

use super::failure::{bad_address, failure, reply};
use crate::native::{Call, Outcome, Raise};

/// The raw bytes of an address.
fn raw<'c>(call: Call<'c>, address: Result<Address, Error>) -> Outcome<'c> {
    reply(call, address, |call, address| {
        Ok(call.compose(|bytes| bytes.extend_from_slice(address.as_bytes())).into())
    })
}

/// `ipv4addr(ip, port)`.
pub(super) fn ipv4addr(call: Call<'_>) -> Outcome<'_> {
    let ip = call.bytes(1)?;
    let port = call.port(2)?;
    let ip = std::str::from_utf8(ip).ok().and_then(|ip| ip.parse::<Ipv4Addr>().ok());
    let address = ip.map(|ip| Address::ipv4(ip, port)).ok_or(Errno::INVAL.during("ipv4addr"));
    raw(call, address)
}

/// `ipv6addr(ip, port [, scope])`; the scope may also stand in the text, `fe80::1%eth0`.
pub(super) fn ipv6addr(call: Call<'_>) -> Outcome<'_> {
    let ip = call.bytes(1)?;
    let port = call.port(2)?;
    let scope = scope(&call, 3)?;
    let address = parse_ipv6(ip).map_err(|error| Error { operation: "ipv6addr", ..error });
    raw(
        call,
        address.and_then(|(ip, written)| {
            let scope = scope.unwrap_or(Ok(written))?;
            Ok(Address::ipv6(ip, port, scope))
        }),
    )
}

/// The index of an interface, given as such or by name; `None` where the argument is missing.
fn scope<'c>(call: &Call<'c>, index: usize) -> Result<Option<Result<u32, Error>>, Raise> {
    if call.is_none_or_nil(index) {
        return Ok(None);
    }
    if call.is_number(index) {
        return call.small_integer(index, "scope out of range").map(|scope| Some(Ok(scope)));
    }
    call.bytes(index).map(|name| Some(interface_index(name)))
}

/// `unixaddr(path)`; a leading `@` is abstract.
pub(super) fn unixaddr(call: Call<'_>) -> Outcome<'_> {
    match Address::unix_name(call.bytes(1)?) {
        Ok(address) => raw(call, Ok(address)),
        Err(error) => bad_address(call, "unixaddr", error),
    }
}

/// `parseaddr(addr)`: a table of the address's parts.
pub(super) fn parseaddr(mut call: Call<'_>) -> Outcome<'_> {
    let address = match Address::from_bytes(call.bytes(1)?) {
        Ok(address) => address,
        Err(error) => return bad_address(call, "parseaddr", error),
    };
    let Some(family) = address.family() else {
        return failure(call, Errno::AFNOSUPPORT.during("parseaddr"));
    };
    let ip = address.ip().as_ref().map(IpAddr::to_string);
    let integers =
        [("port", address.port().map(i64::from)), ("scope", address.scope().map(i64::from))];
    let path = address.unix_name_bytes().map(|name| name.to_bytes());
    let texts = [
        ("family", Some(family.name().as_bytes())),
        ("addr", ip.as_deref().map(str::as_bytes)),
        ("path", path.as_deref()),
    ];
    let parts = call.build(|builder| {
        builder.table(|table| {
            for (name, value) in integers {
                if let Some(value) = value {
                    table.field(name, |field| field.integer(value));
                }
            }
            for (name, value) in texts {
                if let Some(value) = value {
                    table.field(name, |field| field.bytes(value));
                }
            }
        });
    })?;
    Ok(parts.into())
}
