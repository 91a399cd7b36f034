//! Failures in minisock's words: `nil, "connect error: 111 (Connection refused)"`.

use moonwire_sockets::{Cause, Error, ParseAddressError, resolver_text};

use crate::native::{Call, Outcome, Value};

/// `nil` and the message.
pub(super) fn failure<'c>(call: Call<'c>, error: Error) -> Outcome<'c> {
    let name = error.operation;
    let message = match error.cause {
        Cause::Errno(errno) => call.text(format_args!("{name} error: {} ({errno})", errno.0)),
        Cause::TimedOut => call.text(format_args!("{name} timeout")),
        Cause::Cancelled => call.text(format_args!("{name} cancelled")),
        Cause::Resolver(code) => call.text(format_args!("{name}: {code} {}", resolver_text(code))),
    };
    Ok((Value::Nil, message).into())
}

/// `nil` and the message for an argument of the function `name` that is no address.
pub(super) fn bad_address<'c>(
    call: Call<'c>,
    name: &'static str,
    error: ParseAddressError,
) -> Outcome<'c> {
    failure(call, error.0.during(name))
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
