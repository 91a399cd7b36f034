//! What is told to the user when something fails.

use std::io::{self, Write};

use mlua::Error;

use crate::options::UsageError;
use crate::usage;

/// A message for the user, ready to be written. It is bytes, since Lua's messages are.
#[derive(Debug)]
pub(crate) struct Failure(Vec<u8>);

impl Failure {
    /// A failure with this message.
    pub(crate) fn new(message: impl Into<Vec<u8>>) -> Self {
        Self(message.into())
    }

    /// The message.
    pub(crate) fn message(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is the complaint of Lua's parser that the text ends too early.
    pub(crate) fn is_incomplete_input(&self) -> bool {
        self.0.ends_with(b"<eof>") || self.0.ends_with(b"'<eof>'")
    }

    /// Writes the message to standard error, with the program's name before it.
    pub(crate) fn report_as_program(&self) {
        write_error(&[&b"moonwire: "[..], &self.0, b"\n"].concat());
    }

    /// Writes the message to standard error, for somebody who knows what program they are in.
    pub(crate) fn report(&self) {
        write_error(&[&self.0[..], b"\n"].concat());
    }
}

fn write_error(text: &[u8]) {
    // Where standard error cannot be written, there is nowhere left to say so.
    let _ = io::stderr().write_all(text);
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(text_of(&error))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self::new(format!("{error}\n{}", usage::TEXT))
    }
}

/// An error of Rust code in the words of its cause, without mlua's own additions.
pub(crate) fn text_of(error: &Error) -> String {
    match error {
        Error::CallbackError { cause, .. } => text_of(cause),
        Error::RuntimeError(message) => message.clone(),
        Error::SyntaxError { message, .. } => message.clone(),
        other => other.to_string(),
    }
}
