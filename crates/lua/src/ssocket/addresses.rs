//! Where a socket goes to, and what its ends are called.

use std::net::Ipv4Addr;
use std::time::Instant;

use moonwire_sockets::operation::LookUp;
use moonwire_sockets::{
    Address, Descriptor, Error, Family, Kind, ParseAddressError, Timeout, literal_address,
};

use super::failure::{failure, reply};
use super::object::SocketObject;
use crate::convert::HostText;
use crate::drive::drive;
use crate::native::{Built, Call, Outcome, Raise};

/// Where a socket is to be connected, bound, or to send to.
pub(super) enum Place<'c> {
    /// An address that needs no look-up, or why it is none.
    Known(Result<Address, Error>),
    /// A host's name and a port.
    Name(&'c [u8], u16),
}

impl<'c> Place<'c> {
    /// The place in an argument and the one behind it: `host, port`, or the one string
    /// `"unix:/path"`, `"unix:@name"` or `"/path"`.
    pub(super) fn at(call: &Call<'c>, index: usize) -> Result<Place<'c>, Raise> {
        let host = call.bytes(index)?;
        let unix = host.strip_prefix(b"unix:").or(host.starts_with(b"/").then_some(host));
        if let Some(name) = unix {
            let address = Address::unix_name(name);
            return Ok(Place::Known(
                address.map_err(|ParseAddressError(errno)| errno.during("sockaddr_un")),
            ));
        }
        let port = call.port(index + 1)?;
        Ok(literal_address(host, port).map_or(Place::Name(host, port), Place::Known))
    }

    /// The same for a socket's own place, where the host `""` or `"*"` is every IPv4 address of the
    /// machine.
    pub(super) fn own(call: &Call<'c>, index: usize) -> Result<Place<'c>, Raise> {
        match Place::at(call, index)? {
            Place::Name(b"" | b"*", port) => {
                Ok(Place::Known(Ok(Address::ipv4(Ipv4Addr::UNSPECIFIED, port))))
            }
            place => Ok(place),
        }
    }

    /// Finds the addresses of the place, those of IPv4 before the others, and calls `then` with them
    /// and with what is left of the time-out. Programs that were written for the C library expect
    /// IPv4, the only family that it knows.
    pub(super) fn find(
        self,
        call: Call<'c>,
        kind: Kind,
        family: Option<Family>,
        timeout: Timeout,
        then: impl FnOnce(Call<'c>, Vec<Address>, Timeout) -> Outcome<'c> + 'c,
    ) -> Outcome<'c> {
        let look_up = match self {
            Place::Known(Ok(address)) => return then(call, vec![address], timeout),
            Place::Known(Err(error)) => return failure(call, error),
            Place::Name(host, port) => LookUp::new(host, port.to_string().as_bytes(), kind),
        };
        let look_up = match family {
            Some(family) if family != Family::Unix => look_up.of_family(family),
            _ => look_up,
        };
        // The look-up takes its time, which is part of the time of the whole call.
        let start = Instant::now();
        drive(call, look_up, Timeout::Never, move |call, found| match found {
            Ok(mut addresses) => {
                // The sort is stable: within a family, the resolver's order stays.
                addresses.sort_by_key(|address| address.family() != Some(Family::Inet));
                then(call, addresses, timeout.after(start.elapsed()))
            }
            Err(error) => failure(call, error),
        })
    }
}

/// An address for the reply: `{host, port}`, or the name of a unix socket.
pub(super) fn address_value<'c>(call: &mut Call<'c>, address: &Address) -> Result<Built, Raise> {
    let (host, port) = (HostText::of(address), address.port());
    call.build(|builder| match port {
        None => builder.bytes(host.as_bytes()),
        Some(port) => builder.table(|table| {
            table.list(&[Ok(host.as_bytes()), Err(port)], |item, part| match part {
                Ok(host) => item.bytes(host),
                Err(port) => item.integer((*port).into()),
            });
        }),
    })
}

/// `getpeername()`.
pub(super) fn getpeername<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    address_of::<T>(call, "getpeername", Descriptor::peer_address)
}

/// `getsockname()`.
pub(super) fn getsockname<T: SocketObject>(call: Call<'_>) -> Outcome<'_> {
    address_of::<T>(call, "getsockname", Descriptor::local_address)
}

fn address_of<'c, T: SocketObject>(
    call: Call<'c>,
    name: &'static str,
    address: impl FnOnce(Descriptor) -> Result<Address, Error>,
) -> Outcome<'c> {
    let address = call.this::<T>()?.endpoint().descriptor(name).and_then(address);
    reply(call, address, |mut call, address| Ok(address_value(&mut call, &address)?.into()))
}
