//! Datagram sockets.

use moonwire_sockets::operation::{Receive, ReceiveFrom, Send};
use moonwire_sockets::{Address, Error, Family, Kind, Socket, Timeout};

use super::addresses::{Place, address_value};
use super::failure::{done, failure, reply};
use super::object::{Endpoint, SocketObject, Udp, first};
use super::options;
use crate::drive::drive;
use crate::native::{Call, Outcome};

/// More than any datagram has, whatever the system's limits: no memory is taken for what cannot
/// come.
const MOST_RECEIVED: usize = 16 << 20;

impl Endpoint {
    /// Sees that there is a socket, one of this family where it has to be made.
    fn open_for(&self, family: Family) -> Result<(), Error> {
        if !self.socket.is_open() {
            self.socket.put(self.open(family, Kind::Datagram)?, Some(family));
        }
        Ok(())
    }

    /// The family that addresses have to be of.
    fn wanted_family(&self) -> Option<Family> {
        if self.socket.is_open() { self.socket.family() } else { None }
    }
}

/// `connect(host, port)` and `connect("unix:/path")`: sets the peer, or changes it. The new peer may
/// be of another family, unless the program has bound the socket.
pub(super) fn connect(call: Call<'_>) -> Outcome<'_> {
    let this = call.this::<Udp>()?;
    let endpoint = this.endpoint();
    let place = Place::at(&call, 1)?;
    let family = if this.is_bound.get() { endpoint.wanted_family() } else { None };
    place.find(call, Kind::Datagram, family, Timeout::Never, |call, addresses, _| {
        let connected = first(&addresses, "connect", |address, family| {
            let current = endpoint.descriptor("connect").ok();
            if let Some(current) = current
                && (this.is_bound.get() || endpoint.socket.family() == Some(family))
            {
                return current.set_peer(address);
            }
            let socket = match current {
                Some(current) => {
                    let socket = Socket::new(family, Kind::Datagram)?;
                    options::copy(current, socket.descriptor())?;
                    socket
                }
                None => endpoint.open(family, Kind::Datagram)?,
            };
            socket.descriptor().set_peer(address)?;
            endpoint.socket.put(socket, Some(family));
            Ok(())
        });
        done(call, connected)
    })
}

/// `bind(host, port)` and `bind("unix:/path")`.
pub(super) fn bind(call: Call<'_>) -> Outcome<'_> {
    let this = call.this::<Udp>()?;
    let endpoint = this.endpoint();
    let place = Place::own(&call, 1)?;
    let family = endpoint.wanted_family();
    place.find(call, Kind::Datagram, family, Timeout::Never, |call, addresses, _| {
        let bound = match endpoint.socket.is_open() {
            false => endpoint.bind(&addresses, Kind::Datagram),
            // A socket that is connected or bound has an address: the system answers.
            true => {
                first(&addresses, "bind", |address, _| endpoint.descriptor("bind")?.bind(address))
            }
        };
        this.is_bound.set(this.is_bound.get() || bound.is_ok());
        done(call, bound)
    })
}

/// `recv(size)`: a datagram, of which at most so many bytes.
pub(super) fn recv(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<Udp>()?.endpoint();
    let size = call.length(1)?.min(MOST_RECEIVED);
    let timeout = endpoint.timeout.get();
    drive(call, Receive::new(&endpoint.socket, size), timeout, |call, received| {
        reply(call, received, |call, _| Ok(call.received().into()))
    })
}

/// `recvfrom(size)`: the same, and the address of its sender.
pub(super) fn recvfrom(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<Udp>()?.endpoint();
    let size = call.length(1)?.min(MOST_RECEIVED);
    let timeout = endpoint.timeout.get();
    drive(call, ReceiveFrom::new(&endpoint.socket, size), timeout, |call, received| {
        reply(call, received, |mut call, (_, sender)| {
            let sender = address_value(&mut call, &sender)?;
            Ok((call.received(), sender).into())
        })
    })
}

/// `send(data)`: to the peer.
pub(super) fn send(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<Udp>()?.endpoint();
    let data = call.bytes(1)?;
    let timeout = endpoint.timeout.get();
    drive(call, Send::new(&endpoint.socket, data), timeout, sent)
}

/// `sendto(data, host, port)` and `sendto(data, "unix:/path")`.
pub(super) fn sendto(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<Udp>()?.endpoint();
    let data = call.bytes(1)?;
    let timeout = endpoint.timeout.get();
    match Place::at(&call, 2)? {
        // Most datagrams go this way, and a list would be an allocation for each.
        Place::Known(Ok(address)) => send_to_first(call, endpoint, data, &[address], timeout),
        place => {
            let family = endpoint.wanted_family();
            place.find(call, Kind::Datagram, family, timeout, move |call, addresses, timeout| {
                send_to_first(call, endpoint, data, &addresses, timeout)
            })
        }
    }
}

#[inline]
fn send_to_first<'c>(
    call: Call<'c>,
    endpoint: &'c Endpoint,
    data: &'c [u8],
    addresses: &[Address],
    timeout: Timeout,
) -> Outcome<'c> {
    let was_open = endpoint.socket.is_open();
    let destination = first(addresses, "sendto", |address: &Address, family| {
        endpoint.open_for(family).map(|()| *address)
    });
    let address = match destination {
        Ok(address) => address,
        Err(error) => return failure(call, error),
    };
    drive(call, Send::to(&endpoint.socket, data, address), timeout, move |call, result| {
        if result.is_err() && !was_open {
            // As after a failed `connect`, so that the next address may be of another family.
            endpoint.socket.close();
        }
        sent(call, result)
    })
}

/// A datagram is sent as a whole or not at all.
fn sent<'c>(call: Call<'c>, result: Result<usize, Error>) -> Outcome<'c> {
    done(call, result.map(drop))
}
