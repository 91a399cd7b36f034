//! Failures in the words of `moonwire`: `nil`, a message that names operation and address, and a
//! code that stays the same.

use std::io::Write;

use moonwire_sockets::{Cause, Errno, Error, resolver_text};

use super::addresses::Subject;
use crate::convert::CANCELLED;
use crate::native::{Call, Outcome, Raise, Value};
use crate::scheduler;

/// What has ended an operation.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// The end of the stream.
    OfStream,
    /// What is to be read is longer than it may be.
    Oversized,
    /// A failure.
    Failure(Cause),
    /// A task that would wait for its own end.
    OfItself,
}

impl From<Error> for End {
    fn from(error: Error) -> End {
        End::Failure(error.cause)
    }
}

impl From<Errno> for End {
    fn from(errno: Errno) -> End {
        End::Failure(Cause::Errno(errno))
    }
}

const CLOSED: &str = "closed";
const OVERSIZED: &str = "oversized";
const TIMEOUT: &str = "timeout";
const RESOLVE: &str = "resolve";
/// That of an error that `errno(3)` does not know.
const UNKNOWN: &str = "unknown";

impl End {
    /// The end of somebody who waits on a socket that another closes is that of the socket.
    pub(super) fn is_closed(self) -> bool {
        matches!(self, End::OfStream | End::Failure(Cause::Errno(Errno::BADF)))
    }

    /// Whether it ends a loop over connections without a word.
    pub(super) fn ends_a_loop(self) -> bool {
        self.is_closed() || matches!(self, End::Failure(Cause::Cancelled))
    }

    /// What programs tell failures by.
    pub(super) fn code(self) -> &'static str {
        match self {
            end if end.is_closed() => CLOSED,
            End::Oversized => OVERSIZED,
            End::Failure(Cause::TimedOut) => TIMEOUT,
            End::Failure(Cause::Cancelled) => CANCELLED,
            End::Failure(Cause::Resolver(_)) => RESOLVE,
            End::Failure(Cause::Errno(errno)) => errno.name().unwrap_or(UNKNOWN),
            End::OfStream => CLOSED,
            End::OfItself => Errno::DEADLK.name().unwrap_or(UNKNOWN),
        }
    }

    /// Appends what people read.
    fn write(self, text: &mut Vec<u8>) {
        match self {
            End::Failure(Cause::TimedOut) => text.extend_from_slice(b"timed out"),
            End::Failure(Cause::Resolver(code)) => {
                text.extend_from_slice(resolver_text(code).as_bytes());
            }
            End::Failure(Cause::Errno(Errno::DEADLK)) => {
                let words: &[u8] = match scheduler::runs_a_task() {
                    true => b"all tasks wait for each other",
                    false => b"outside of run nothing can end the wait",
                };
                text.extend_from_slice(words);
            }
            End::OfItself => text.extend_from_slice(b"the task waits for itself"),
            End::Failure(Cause::Errno(errno)) if !self.is_closed() => {
                // Writing to a vector cannot fail.
                let _ = write!(text, "{errno}");
            }
            end => text.extend_from_slice(end.code().as_bytes()),
        }
    }
}

/// Appends the message: `connect 127.0.0.1:81: Connection refused`.
fn write_message(operation: &str, subject: &Subject<'_>, end: End, text: &mut Vec<u8>) {
    text.extend_from_slice(operation.as_bytes());
    let before = text.len();
    text.push(b' ');
    subject.write(text);
    if text.len() == before + 1 {
        text.truncate(before);
    }
    text.extend_from_slice(b": ");
    end.write(text);
}

/// The message.
pub(super) fn message<'c>(
    call: Call<'c>,
    operation: &str,
    subject: &Subject<'_>,
    end: impl Into<End>,
) -> &'c [u8] {
    let end = end.into();
    call.compose(|text| write_message(operation, subject, end, text))
}

/// `nil`, the message and the code.
pub(super) fn failure<'c>(
    call: Call<'c>,
    operation: &str,
    subject: &Subject<'_>,
    end: impl Into<End>,
) -> Outcome<'c> {
    let end = end.into();
    Ok((Value::Nil, message(call, operation, subject, end), end.code()).into())
}

/// The same as an error, for iterators.
pub(super) fn raise(
    mut call: Call<'_>,
    operation: &str,
    subject: &Subject<'_>,
    end: impl Into<End>,
) -> Raise {
    let mut text = Vec::new();
    write_message(operation, subject, end.into(), &mut text);
    call.raise(&text)
}
