//! Writing to streams.

use std::io::IoSlice;

use moonwire_sockets::operation::{SendAll, SendPieces, Sent};
use moonwire_sockets::{Error, Handle};

use super::failure::{End, failure, message};
use super::stream::{Stream, StreamObject};
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise, Value};

/// What [`write`] takes for an argument, in the words of its error.
const PIECE: &str = "string, number or a list of them";

/// One of `count` arguments that are strings or numbers.
fn piece<'c>(call: &Call<'c>, index: usize, count: usize) -> Result<&'c [u8], Raise> {
    call.bytes(index).map_err(|raise| match raise {
        Raise::Argument { .. } if call.is_table(index) => {
            Raise::argument(index, "a list must be the only argument")
        }
        Raise::Argument { .. } if count == 1 => call.type_error(index, PIECE),
        Raise::Argument { .. } => call.type_error(index, "string or number"),
        raise => raise,
    })
}

/// The pieces in the arguments: strings and numbers, or one list of them.
fn pieces<'c>(call: &Call<'c>, count: usize) -> Result<Vec<IoSlice<'c>>, Raise> {
    if count == 1 && call.is_table(1) {
        return call.pieces(1).map_err(|raise| match raise {
            Raise::Argument { .. } => {
                Raise::argument(1, "the entries of the list must be strings or numbers")
            }
            raise => raise,
        });
    }
    (1..=count).map(|index| piece(call, index, count).map(IoSlice::new)).collect()
}

/// `write(...)`: sends everything. The result is the stream itself.
pub(super) fn write(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    let timeout = stream.endpoint.timeout.get();
    let socket = &stream.endpoint.socket;
    let count = call.argument_count();
    if count == 1 && !call.is_table(1) {
        let bytes = piece(&call, 1, count)?;
        if bytes.is_empty() {
            return nothing(call, stream);
        }
        let send = SendAll::new(socket, bytes);
        return drive(call, stream.writers.take(send), timeout, move |call, result| {
            sent(call, stream, result)
        });
    }
    let pieces = pieces(&call, count)?;
    if pieces.iter().all(|piece| piece.is_empty()) {
        return nothing(call, stream);
    }
    let send = SendPieces::new(socket, pieces);
    drive(call, stream.writers.take(send), timeout, move |call, result| sent(call, stream, result))
}

/// There is nothing to send.
fn nothing<'c>(call: Call<'c>, stream: &'c Stream) -> Outcome<'c> {
    match (&stream.endpoint.socket).descriptor() {
        Ok(_) => Ok(call.itself().into()),
        Err(errno) => sent(call, stream, Err(errno.during("write"))),
    }
}

/// The stream itself, or nil, the message, the code, and how much was sent.
fn sent<'c>(call: Call<'c>, stream: &Stream, result: Result<Sent, Error>) -> Outcome<'c> {
    match result {
        Ok(Sent { end: Ok(()), .. }) => Ok(call.itself().into()),
        Ok(Sent { end: Err(error), length }) => {
            let code = End::from(error).code();
            let message = message(call, "write", &stream.subject(), error);
            Ok((Value::Nil, message, code, length).into())
        }
        Err(error) => failure(call, "write", &stream.subject(), error),
    }
}
