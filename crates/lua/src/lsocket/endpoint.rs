//! Which socket is wanted, and at which address: the arguments of the constructors.

use moonwire_sockets::operation::LookUp;
use moonwire_sockets::{Address, Errno, Error, Kind, Timeout, literal_address};

use super::failure::reply;
use super::object::SocketObject;
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise};

/// The type of a socket.
#[derive(Clone, Copy)]
pub(super) struct Transport {
    pub(super) kind: Kind,
    pub(super) multicast: bool,
}

const TCP: Transport = Transport { kind: Kind::Stream, multicast: false };
const TRANSPORTS: [(&[u8], Transport); 3] = [
    (b"tcp", TCP),
    (b"udp", Transport { kind: Kind::Datagram, multicast: false }),
    (b"mcast", Transport { kind: Kind::Datagram, multicast: true }),
];

/// The type in the first argument, TCP where it is left out, and the index of the next argument.
pub(super) fn transport<'c>(call: &Call<'c>) -> Result<(Transport, usize), Raise> {
    if call.is_string(1) {
        let name = call.bytes(1)?;
        let known = TRANSPORTS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        return Ok(known.map_or((TCP, 1), |(_, transport)| (*transport, 2)));
    }
    Ok((TCP, if call.is_nil(1) { 2 } else { 1 }))
}

/// Whether a host's text names a unix socket: a path, or `@` and an abstract name.
pub(super) fn is_unix_name(host: &[u8]) -> bool {
    host.starts_with(b"@") || host.contains(&b'/')
}

/// Where a socket is to be bound or connected, or where it is to send to.
pub(super) enum Endpoint<'c> {
    /// An address that needs no look-up, or why it is none.
    Known(Result<Address, Error>),
    /// A host's name and a port.
    Name(&'c [u8], u16),
}

impl<'c> Endpoint<'c> {
    /// The endpoint at a host and a port.
    fn at(host: &'c [u8], port: u16) -> Endpoint<'c> {
        literal_address(host, port).map_or(Endpoint::Name(host, port), Endpoint::Known)
    }

    /// The same for a socket's own end: the system chooses a port that is left out.
    pub(super) fn own(
        call: &Call<'c>,
        host: &'c [u8],
        is_unix: bool,
        port: usize,
    ) -> Result<Endpoint<'c>, Raise> {
        match !is_unix && call.is_none_or_nil(port) {
            true => Ok(Endpoint::at(host, 0)),
            false => Endpoint::read(call, host, is_unix, port),
        }
    }

    /// The endpoint at a host and the port in an argument. A unix address needs no port.
    pub(super) fn read(
        call: &Call<'c>,
        host: &'c [u8],
        is_unix: bool,
        port: usize,
    ) -> Result<Endpoint<'c>, Raise> {
        if !is_unix {
            return call.port(port).map(|port| Endpoint::at(host, port));
        }
        if !call.is_none_or_nil(port) {
            call.port(port)?;
        }
        let address = Address::unix_name(host);
        Ok(Endpoint::Known(address.map_err(|error| error.0.during("sockaddr_un"))))
    }
}

/// Makes a socket by `open` at the first address of the endpoint where that succeeds, and replies
/// with it or with the last failure.
pub(super) fn open_at<'c>(
    call: Call<'c>,
    endpoint: Endpoint<'c>,
    kind: Kind,
    open: impl Fn(&Address) -> Result<SocketObject, Error> + 'c,
) -> Outcome<'c> {
    match endpoint {
        Endpoint::Known(address) => object(call, address.and_then(|address| open(&address))),
        Endpoint::Name(host, port) => {
            let look_up = LookUp::new(host, port.to_string().as_bytes(), kind);
            drive(call, look_up, Timeout::Never, move |call, found| {
                object(call, found.and_then(|addresses| first(&addresses, open)))
            })
        }
    }
}

fn first<T>(
    addresses: &[Address],
    open: impl Fn(&Address) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut result = Err(Errno::AFNOSUPPORT.during("getaddrinfo"));
    for address in addresses {
        result = open(address);
        if result.is_ok() {
            break;
        }
    }
    result
}

fn object<'c>(call: Call<'c>, socket: Result<SocketObject, Error>) -> Outcome<'c> {
    reply(call, socket, |mut call, socket| Ok(call.object(socket)?.into()))
}
