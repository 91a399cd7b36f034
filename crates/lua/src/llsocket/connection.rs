//! Addresses of sockets, and connections.

use moonwire_sockets::operation::once;
use moonwire_sockets::{Address, AddressInfo, Descriptor, Errno, Error, Shutdown, Socket};

use super::address_info::info_at;
use super::failure::{not_received, only_failure, reply};
use super::socket::{LowLevelSocket, Mode};
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise, Value};

/// The address to bind or connect to: the argument's, or the one that the socket was made from.
fn address<'c>(call: &Call<'c>, socket: &'c LowLevelSocket) -> Result<Address, Raise> {
    match &socket.info {
        Some(info) if call.is_none_or_nil(1) => Ok(info.address),
        _ => Ok(info_at(call, 1)?.address),
    }
}

/// `sock:bind([ai])`.
pub(super) fn bind(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let bound = socket.descriptor().bind(&address(&call, socket)?);
    only_failure(call, bound)
}

/// `sock:connect([ai])`: a socket in non-blocking mode may only begin to.
pub(super) fn connect(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let connect = once::connect(socket, address(&call, socket)?);
    let timeout = Mode::timeout(&socket.mode.send_timeout);
    drive(call, connect, timeout, |call, connected| match connected {
        Err(error) if error.errno() == Some(Errno::INPROGRESS) && socket.mode.nonblocking.get() => {
            only_failure(call, Ok(()))
        }
        connected => only_failure(call, connected),
    })
}

/// `sock:shutdown([how])`: both directions where it is not told which.
pub(super) fn shutdown(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let how = match call.is_none_or_nil(1) {
        true => Shutdown::Both.number(),
        false => call.small_integer(1, "flag out of range")?,
    };
    only_failure(call, shut_down(socket.descriptor(), how))
}

/// Ends what the number says, as the system has it.
pub(super) fn shut_down(descriptor: Descriptor, how: i32) -> Result<(), Error> {
    match Shutdown::ALL.into_iter().find(|direction| direction.number() == how) {
        Some(direction) => descriptor.shutdown(direction),
        None => Err(Errno::INVAL.during("shutdown")),
    }
}

/// `sock:listen([backlog])`.
pub(super) fn listen(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let backlog = match call.is_none_or_nil(1) {
        true => Socket::LARGEST_BACKLOG,
        false => call.small_integer(1, "backlog out of range")?,
    };
    if backlog < 1 {
        return Err(Raise::argument(1, "backlog out of range"));
    }
    only_failure(call, socket.descriptor().listen(backlog))
}

/// `sock:accept()`.
pub(super) fn accept(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let accept = once::accept(socket, socket.mode.nonblocking.get());
    let timeout = Mode::timeout(&socket.mode.receive_timeout);
    drive(call, accept, timeout, |mut call, accepted| match accepted {
        Ok((connection, _)) => Ok(call.object(socket.connection(connection))?.into()),
        Err(error) if error.errno() == Some(Errno::CONNABORTED) => {
            Ok((Value::Nil, Value::Nil, true).into())
        }
        Err(error) => not_received(call, error),
    })
}

/// `sock:getsockname()`: an address info.
pub(super) fn getsockname(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    info(call, socket, socket.descriptor().local_address())
}

/// `sock:getpeername()`: an address info.
pub(super) fn getpeername(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    info(call, socket, socket.descriptor().peer_address())
}

fn info<'c>(
    call: Call<'c>,
    socket: &LowLevelSocket,
    address: Result<Address, Error>,
) -> Outcome<'c> {
    reply(call, address, |mut call, address| {
        Ok(call.object::<AddressInfo>(socket.info_for(address))?.into())
    })
}

/// `sock:atmark()`.
pub(super) fn atmark(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    reply(call, socket.descriptor().is_at_mark(), |_, answer| Ok(Value::Boolean(answer).into()))
}
