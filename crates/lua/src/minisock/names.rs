//! Addresses of sockets, names of addresses.

use moonwire_sockets::operation::{LookUp, NameOf};
use moonwire_sockets::{Address, Descriptor, Error, Kind, Timeout};

use super::failure::{bad_address, reply};
use crate::drive::drive;
use crate::native::{Call, Outcome};

/// `getsockname(fd)`.
pub(super) fn getsockname(call: Call<'_>) -> Outcome<'_> {
    address_of(call, Descriptor::local_address)
}

/// `getpeername(fd)`.
pub(super) fn getpeername(call: Call<'_>) -> Outcome<'_> {
    address_of(call, Descriptor::peer_address)
}

fn address_of(
    call: Call<'_>,
    address: impl FnOnce(Descriptor) -> Result<Address, Error>,
) -> Outcome<'_> {
    let descriptor = call.descriptor(1)?;
    reply(call, address(descriptor), |call, address| {
        Ok(call.compose(|bytes| bytes.extend_from_slice(address.as_bytes())).into())
    })
}

/// `getaddrinfo(hostname [, port])`: a list of raw addresses.
pub(super) fn getaddrinfo(call: Call<'_>) -> Outcome<'_> {
    let host = call.bytes(1)?;
    let look_up = LookUp::new(host, &call.service(2)?, Kind::Stream);
    drive(call, look_up, Timeout::Never, |call, found| {
        reply(call, found, |mut call, addresses| {
            let list = call.build(|builder| {
                builder.table(|table| {
                    table.list(&addresses, |item, address| item.bytes(address.as_bytes()));
                });
            })?;
            Ok(list.into())
        })
    })
}

/// `getnameinfo(addr [, numeric_host])`: host and port.
pub(super) fn getnameinfo(call: Call<'_>) -> Outcome<'_> {
    let address = match Address::from_bytes(call.bytes(1)?) {
        Ok(address) => address,
        Err(error) => return bad_address(call, "getnameinfo", error),
    };
    let numeric_host = call.truth(2);
    drive(call, NameOf::new(address, numeric_host), Timeout::Never, |call, found| {
        reply(call, found, |call, name| {
            let host = call.compose(|bytes| bytes.extend_from_slice(&name.host));
            Ok((host, i32::from(name.port)).into())
        })
    })
}
