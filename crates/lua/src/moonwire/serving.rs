//! What `listener:serve` and `listener:stop` need of the kernel, and what a handler asks.

use std::io::{self, Write};

use moonwire_sockets::Timeout;
use moonwire_sockets::operation::AwaitRequest;

use super::failure::{End, failure};
use super::listener::{ListenerObject, accept_or_fail};
use super::object::SocketObject;
use super::reading::end_of;
use super::stream::StreamObject;
use crate::drive::drive;
use crate::native::{Call, Outcome, Reply};

/// `connection:await()`: true when there is something of the next request.
pub(super) fn next_request(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    let timeout = stream.endpoint.timeout.get();
    let next = AwaitRequest::new(&stream.endpoint.socket, &stream.buffer, &stream.linger);
    drive(call, stream.readers.take(next), timeout, move |call, result| match end_of(result) {
        Ok(_) => Ok(true.into()),
        Err(end) => failure(call, "await", &stream.subject(), end),
    })
}

/// `connection:is_ending()`: whether the request that was read is the last.
pub(super) fn is_ending(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    Ok(stream.linger.is_last(&stream.endpoint.socket, &stream.buffer).into())
}

/// `is_listener(value)`.
pub(super) fn is_listener(call: Call<'_>) -> Outcome<'_> {
    Ok(call.object_at::<ListenerObject>(1).is_ok().into())
}

/// `accept(listener)`: as the method, without the time-out of the listener.
pub(super) fn accept(call: Call<'_>) -> Outcome<'_> {
    let listener = &*call.object_at::<ListenerObject>(1)?.0;
    accept_or_fail(call, listener, Timeout::Never)
}

/// `stop_listening(listener)`: true, also where the listener is closed.
pub(super) fn stop_listening(call: Call<'_>) -> Outcome<'_> {
    let object = call.object_at::<ListenerObject>(1)?;
    match object.0.stop.stop(&object.endpoint().socket) {
        Ok(()) => Ok(true.into()),
        Err(error) if End::from(error).is_closed() => Ok(true.into()),
        Err(error) => failure(call, "stop", &object.subject(), error),
    }
}

/// `linger(connection, seconds)`: lets its handler wait for another request no longer than that.
pub(super) fn linger(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.object_at::<StreamObject>(1)?.0;
    stream.linger.begin(&stream.endpoint.socket, call.seconds(2)?);
    Ok(Reply::NOTHING)
}

/// `report(connection, text)`: tells of an error on the standard error stream.
pub(super) fn report(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.object_at::<StreamObject>(1)?.0;
    let mut line = b"moonwire: the handler of ".to_vec();
    stream.subject().write(&mut line);
    line.extend_from_slice(b" has failed: ");
    line.extend_from_slice(call.bytes(2)?);
    line.push(b'\n');
    // Where standard error is closed, the report is lost.
    let _ = io::stderr().write_all(&line);
    Ok(Reply::NOTHING)
}
