//! Failures in llsocket's words: the system's text for the error, and nothing else.

use moonwire_sockets::{Cause, Errno, Error};

use crate::native::{Call, Outcome, Reply, Value};

/// The text for an error.
pub(super) fn text(call: Call<'_>, error: Error) -> &[u8] {
    call.system_text(error.cause)
}

/// `nil` and the text.
pub(super) fn failure<'c>(call: Call<'c>, error: Error) -> Outcome<'c> {
    Ok((Value::Nil, text(call, error)).into())
}

/// The value that `word` makes of a success, or the failure.
pub(super) fn reply<'c, T>(
    call: Call<'c>,
    result: Result<T, Error>,
    word: impl FnOnce(Call<'c>, T) -> Outcome<'c>,
) -> Outcome<'c> {
    match result {
        Ok(output) => word(call, output),
        Err(error) => failure(call, error),
    }
}

/// The result of a function that has none but its error.
pub(super) fn only_failure<'c>(call: Call<'c>, result: Result<(), Error>) -> Outcome<'c> {
    match result {
        Ok(()) => Ok(Reply::NOTHING),
        Err(error) => Ok(text(call, error).into()),
    }
}

/// Whether the same call may succeed later.
pub(super) fn is_again(error: &Error) -> bool {
    matches!(error.cause, Cause::TimedOut | Cause::Errno(Errno::AGAIN | Errno::INTR))
}

/// Whether the peer has gone.
fn is_closed(error: &Error) -> bool {
    matches!(error.errno(), Some(Errno::PIPE | Errno::CONNRESET))
}

/// `len, nil, again` of a call that had `wanted` bytes to send; nothing at all where the peer has
/// closed the connection.
#[inline]
pub(super) fn sent(call: Call<'_>, wanted: usize, result: Result<usize, Error>) -> Outcome<'_> {
    match result {
        Ok(length) => Ok((length, Value::Nil, length < wanted).into()),
        Err(error) if is_again(&error) => Ok((0, Value::Nil, true).into()),
        Err(error) if is_closed(&error) => Ok(Reply::NOTHING),
        Err(error) => Ok((Value::Nil, text(call, error), false).into()),
    }
}

/// `nil, err, again` of a call that has not received or accepted anything.
#[cold]
pub(super) fn not_received(call: Call<'_>, error: Error) -> Outcome<'_> {
    match is_again(&error) {
        true => Ok((Value::Nil, Value::Nil, true).into()),
        false => Ok((Value::Nil, text(call, error), false).into()),
    }
}
