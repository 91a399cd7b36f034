//! Stream sockets on their way to a connection.

use moonwire_sockets::operation::{Accept, Connect};
use moonwire_sockets::{Descriptor, Kind, Timeout};

use super::addresses::Place;
use super::failure::{done, reply};
use super::object::{SocketObject, Tcp};
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise};

/// How many connections may wait for `accept` where `listen` is not told.
const BACKLOG: i64 = 128;

/// `connect(host, port)` and `connect("unix:/path")`.
pub(super) fn connect(call: Call<'_>) -> Outcome<'_> {
    let this = call.this::<Tcp>()?;
    let endpoint = this.endpoint();
    let place = Place::at(&call, 1)?;
    if endpoint.socket.is_open() {
        return Err(Raise::Text("already connected"));
    }
    let timeout = endpoint.timeout.get();
    place.find(call, Kind::Stream, None, timeout, |call, addresses, timeout| {
        let options = endpoint.options.borrow().clone();
        let connect = Connect::new(addresses, Kind::Stream).with_options(options);
        drive(call, connect, timeout, |call, connected| {
            reply(call, connected, |_, (socket, address)| {
                this.forget(false);
                endpoint.socket.put(socket, address.family());
                Ok(true.into())
            })
        })
    })
}

/// `bind(host, port)` and `bind("unix:/path")`.
pub(super) fn bind(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<Tcp>()?.endpoint();
    let place = Place::own(&call, 1)?;
    if endpoint.socket.is_open() {
        return Err(Raise::Text("already bound"));
    }
    place.find(call, Kind::Stream, None, Timeout::Never, |call, addresses, _| {
        done(call, endpoint.bind(&addresses, Kind::Stream))
    })
}

/// `listen([backlog])`.
pub(super) fn listen(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<Tcp>()?.endpoint();
    let backlog = i32::try_from(call.integer_or(1, BACKLOG)?)
        .map_err(|_| Raise::argument(1, "backlog out of range"))?;
    let listening =
        endpoint.descriptor("listen").and_then(|descriptor: Descriptor| descriptor.listen(backlog));
    done(call, listening)
}

/// `accept()`: a connection, without a time-out.
pub(super) fn accept(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<Tcp>()?.endpoint();
    let timeout = endpoint.timeout.get();
    drive(call, Accept::new(&endpoint.socket), timeout, |call, accepted| {
        reply(call, accepted, |mut call, (socket, _)| {
            Ok(call.object(Tcp::accepted(socket, &endpoint.socket))?.into())
        })
    })
}
