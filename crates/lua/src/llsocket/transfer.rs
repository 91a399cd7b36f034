//! Bytes in and out.

use moonwire_sockets::operation::once;
use moonwire_sockets::{Descriptor, Errno, Error, is_connection_oriented};

use super::DEFAULT_SIZE;
use super::address_info::info_at;
use super::failure::{is_again, not_received, sent, text};
use super::socket::{LowLevelSocket, Mode};
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise, Reply, Value};

/// `sock:send(msg [, flag, ...])`.
pub(super) fn send(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let bytes = call.bytes(1)?;
    let send = once::send(socket, bytes, None, call.flags_from(2)?);
    let timeout = Mode::timeout(&socket.mode.send_timeout);
    drive(call, send, timeout, |call, result| sent(call, bytes.len(), result))
}

/// `sock:sendto(msg, ai [, flag, ...])`.
pub(super) fn sendto(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let bytes = call.bytes(1)?;
    let flags = call.flags_from(3)?;
    let destination = info_at(&call, 2)?.address;
    let send = once::send(socket, bytes, Some(destination), flags);
    let timeout = Mode::timeout(&socket.mode.send_timeout);
    drive(call, send, timeout, |call, result| sent(call, bytes.len(), result))
}

/// `sock:sendfile(fd, bytes [, offset])`: from the beginning of the file where there is no offset. At the
/// end of the file there is nothing to do again.
pub(super) fn sendfile(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let file = descriptor_at(&call, 1)?;
    let length = call.small_integer::<usize>(2, "size out of range")?;
    let offset = call.integer_or(3, 0)?;
    if offset < 0 {
        return Err(Raise::argument(3, "offset out of range"));
    }
    let file = match file {
        Ok(file) => file,
        Err(error) => return sent(call, length, Err(error)),
    };
    let send = once::send_file(socket, file, Some(offset), length);
    let timeout = Mode::timeout(&socket.mode.send_timeout);
    drive(call, send, timeout, move |call, result| match result {
        Ok(0) => Ok((0, Value::Nil, false).into()),
        result => sent(call, length, result),
    })
}

/// The descriptor that an argument is or has: a number, a socket, or a file of Lua's.
pub(super) fn descriptor_at<'c>(
    call: &Call<'c>,
    index: usize,
) -> Result<Result<Descriptor, Error>, Raise> {
    if let Some(file) = call.file(index)? {
        let number = file.descriptor().map_err(|errno| Errno(errno).during("fflush"));
        return Ok(number.map(Descriptor::from_number));
    }
    if let Ok(socket) = call.object_at::<LowLevelSocket>(index) {
        return Ok(Ok(socket.descriptor()));
    }
    call.descriptor(index).map(Ok)
}

/// `sock:recv([bufsize [, flag, ...]])`.
pub(super) fn recv(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let limit = call.buffer_size(1, DEFAULT_SIZE)?;
    let receive = once::receive(socket, limit, socket.mode.low_water(), call.flags_from(2)?);
    let timeout = Mode::timeout(&socket.mode.receive_timeout);
    drive(call, receive, timeout, |call, received| match received {
        Ok(0) if is_connection_oriented(socket.nature().kind) => Ok(Reply::NOTHING),
        Ok(_) => Ok(call.received().into()),
        Err(error) => not_received(call, error),
    })
}

/// `sock:recvfrom([bufsize [, flag, ...]])`: the address info is nil where the sender has no address.
pub(super) fn recvfrom(call: Call<'_>) -> Outcome<'_> {
    let socket = call.this::<LowLevelSocket>()?;
    let limit = call.buffer_size(1, DEFAULT_SIZE)?;
    let receive = once::receive_from(socket, limit, socket.mode.low_water(), call.flags_from(2)?);
    let timeout = Mode::timeout(&socket.mode.receive_timeout);
    drive(call, receive, timeout, |mut call, received| match received {
        Ok((0, _)) if is_connection_oriented(socket.nature().kind) => Ok(Reply::NOTHING),
        Ok((_, sender)) if sender.as_bytes().is_empty() => Ok((call.received(), Value::Nil).into()),
        Ok((_, sender)) => {
            let info = call.object(socket.info_for(sender))?;
            Ok((call.received(), info).into())
        }
        Err(error) if is_again(&error) => Ok((Value::Nil, Value::Nil, Value::Nil, true).into()),
        Err(error) => Ok((Value::Nil, Value::Nil, text(call, error), false).into()),
    })
}
