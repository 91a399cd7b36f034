//! Failures in lsocket's words: `nil` and the system's text, `false` where a call would block.

use moonwire_sockets::{Cause, Error};

use crate::native::{Call, Outcome, Value};

/// `nil` and the message, or `false` where the time is over.
pub(super) fn failure<'c>(call: Call<'c>, error: Error) -> Outcome<'c> {
    let message = match error.cause {
        Cause::TimedOut => return Ok(Value::Boolean(false).into()),
        cause => call.system_text(cause),
    };
    Ok((Value::Nil, message).into())
}

/// `nil` and a message of the module's own.
pub(super) fn refusal<'c>(message: &'static str) -> Outcome<'c> {
    Ok((Value::Nil, message).into())
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
