//! Failures in ssocket's words: `nil` and a message, three of which are constants of the module.

use moonwire_sockets::{Cause, Errno, Error};

use crate::native::{Call, Outcome, Value};

/// The time is over.
pub(super) const TIMEOUT: &str = "Operation timed out";
/// The stream has ended, or there is no connection (any more).
pub(super) const CLOSED: &str = "Connection closed";
/// Nobody listens.
pub(super) const REFUSED: &str = "Connection refused";

/// What has ended an operation.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// The end of the stream.
    OfStream,
    /// A failure.
    Failure(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> End {
        End::Failure(error)
    }
}

/// The message.
pub(super) fn message<'c>(call: Call<'c>, end: End) -> &'c [u8] {
    let error = match end {
        End::OfStream => return CLOSED.as_bytes(),
        End::Failure(error) => error,
    };
    match error.cause {
        Cause::TimedOut => TIMEOUT.as_bytes(),
        // A descriptor that is not open: the object has none.
        Cause::Errno(Errno::BADF | Errno::PIPE) => CLOSED.as_bytes(),
        // Whoever reads is told of the reset; whoever writes only that nobody reads any more.
        Cause::Errno(Errno::CONNRESET) if error.operation == "write" => CLOSED.as_bytes(),
        Cause::Errno(Errno::CONNREFUSED) => REFUSED.as_bytes(),
        cause => call.system_text(cause),
    }
}

/// `nil` and the message.
pub(super) fn failure<'c>(call: Call<'c>, error: Error) -> Outcome<'c> {
    Ok((Value::Nil, message(call, error.into())).into())
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

/// `true`, or the failure.
pub(super) fn done<'c>(call: Call<'c>, result: Result<(), Error>) -> Outcome<'c> {
    reply(call, result, |_, ()| Ok(true.into()))
}
