//! From names to address infos.

use std::cell::Cell;

use moonwire_sockets::operation::Resolve;
use moonwire_sockets::{Address, AddressInfo, Family, Kind, ResolveHints, Timeout};

use super::failure::{failure, reply};
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise};

/// `inet.getaddrinfo(host [, port [, socktype [, protocol [, flag, ...]]]])`.
pub(super) fn getaddrinfo(call: Call<'_>) -> Outcome<'_> {
    look_up(call, 0)
}

/// `inet.getaddrinfo6(...)`: IPv6 alone.
pub(super) fn getaddrinfo6(call: Call<'_>) -> Outcome<'_> {
    look_up(call, Family::Inet6.domain())
}

fn look_up(call: Call<'_>, family: i32) -> Outcome<'_> {
    let host = optional(&call, 1)?;
    let service = optional(&call, 2)?;
    let (kind, protocol) = kind_and_protocol(&call, 3)?;
    let hints = ResolveHints { flags: call.flags_from(5)?, family, kind, protocol };
    drive(call, Resolve::new(host, service, hints), Timeout::Never, |call, found| {
        reply(call, found, |mut call, infos| {
            let infos: Vec<_> = infos.into_iter().map(|info| Cell::new(Some(info))).collect();
            let list = call.build(|builder| {
                builder.table(|table| table.list(&infos, |item, info| item.object(info)));
            })?;
            Ok(list.into())
        })
    })
}

/// `unix.getaddrinfo(path [, socktype [, protocol [, flag, ...]]])`: a list of one, which answers the
/// methods of an address info.
pub(super) fn unix_getaddrinfo(mut call: Call<'_>) -> Outcome<'_> {
    let name = call.bytes(1)?;
    let (kind, protocol) = kind_and_protocol(&call, 2)?;
    call.flags_from(4)?;
    let address = match Address::unix_name(name) {
        Ok(address) => address,
        Err(error) => return failure(call, error.0.during("getaddrinfo")),
    };
    let info = Cell::new(Some(AddressInfo { address, kind, protocol, canonical_name: None }));
    let place = &info;
    let list = call.build(|builder| {
        builder.table(|table| {
            table.list(&[()], |item, ()| item.object(place));
            table.methods_of::<AddressInfo>(None);
        });
    })?;
    Ok(list.into())
}

fn optional<'c>(call: &Call<'c>, index: usize) -> Result<Option<&'c [u8]>, Raise> {
    if call.is_none_or_nil(index) { Ok(None) } else { call.bytes(index).map(Some) }
}

/// The type of socket, a stream where neither it nor the protocol after it is given, and the
/// protocol.
fn kind_and_protocol<'c>(call: &Call<'c>, index: usize) -> Result<(i32, i32), Raise> {
    let protocol = match call.is_none_or_nil(index + 1) {
        true => 0,
        false => call.small_integer(index + 1, "protocol out of range")?,
    };
    let kind = match call.is_none_or_nil(index) {
        true if protocol == 0 => Kind::Stream.number(),
        true => 0,
        false => call.small_integer(index, "socket type out of range")?,
    };
    Ok((kind, protocol))
}
