//! Reading and writing streams.

use std::rc::Rc;

use moonwire_sockets::operation::{Read, ReadRecord, SendAll, Sent};
use moonwire_sockets::{Cause, Delimiter, Error, Shutdown};

use super::failure::{End, done, message, reply};
use super::object::{SocketObject, Stream, Tcp};
use crate::drive::drive;
use crate::native::{Call, Class, Function, Object, Outcome, Raise, Value};

/// `write(data)`: sends everything. The results are the count, or nil, the message, and how much was
/// sent.
pub(super) fn write(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<Tcp>()?.endpoint();
    let data = call.bytes(1)?;
    if data.is_empty() {
        return Ok(0.into());
    }
    let timeout = endpoint.timeout.get();
    drive(call, SendAll::new(&endpoint.socket, data), timeout, |call, sent| {
        reply(call, sent, |call, Sent { length, end }| match end {
            Ok(()) => Ok(length.into()),
            Err(error) => Ok((Value::Nil, message(call, error.into()), length).into()),
        })
    })
}

/// `read(size)`: exactly so many bytes.
pub(super) fn read(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<Tcp>()?.0;
    let size = call.length(1)?;
    if !stream.endpoint.socket.is_open() {
        return closed(call);
    }
    let timeout = stream.endpoint.timeout.get();
    let read = ReadRecord::exactly(&stream.endpoint.socket, &stream.buffer, size);
    drive(call, read, timeout, |call, result| record(call, stream, result, 0, None))
}

/// What a function of `readuntil` needs.
pub(super) struct Reader {
    stream: Rc<Stream>,
    /// Boxed, for Lua aligns it less than vector instructions ask for.
    delimiter: Box<Delimiter>,
    /// Whether the delimiter belongs to the results.
    inclusive: bool,
}

/// The class of what the functions of `readuntil` hold, which no program sees.
pub(super) static READER: Class = Class { name: "ssocket reader", methods: &[], metamethods: &[] };

impl Object for Reader {
    const CLASS: &'static Class = &READER;
}

/// `readuntil(pattern [, inclusive])`: a function that reads up to the pattern.
pub(super) fn readuntil(mut call: Call<'_>) -> Outcome<'_> {
    static NEXT: Function = Function::new("reader", next);
    let stream = Rc::clone(&call.this::<Tcp>()?.0);
    let delimiter = Delimiter::new(call.bytes(1)?).ok_or(Raise::argument(1, "pattern is empty"))?;
    let inclusive = call.truth(2);
    let reader = Reader { stream, delimiter: Box::new(delimiter), inclusive };
    Ok(call.bound_function(&NEXT, reader)?.into())
}

/// The function that `readuntil` has made.
fn next(call: Call<'_>) -> Outcome<'_> {
    let Reader { stream, delimiter, inclusive } = call.bound::<Reader>()?;
    let stream = &**stream;
    if !stream.endpoint.socket.is_open() {
        return closed(call);
    }
    let timeout = stream.endpoint.timeout.get();
    let read = ReadRecord::until(&stream.endpoint.socket, &stream.buffer, &**delimiter, usize::MAX);
    drive(call, read, timeout, move |call, result| {
        let (kept, dropped) = if *inclusive { (delimiter.len(), 0) } else { (0, delimiter.len()) };
        let result = result.map(|read| match read {
            Read::Whole(length) => Read::Whole(length + kept),
            end => end,
        });
        record(call, stream, result, dropped, Some(delimiter))
    })
}

/// The results without a socket. What may be left of one that has been closed belongs to the reads that were
/// under way then.
#[cold]
fn closed(call: Call<'_>) -> Outcome<'_> {
    Ok((Value::Nil, message(call, End::OfStream), "").into())
}

/// A record that was read: its bytes, or nil, the message, and the bytes that have come so far.
/// Behind the record, `dropped` bytes go with it.
#[inline]
fn record<'c>(
    mut call: Call<'c>,
    stream: &'c Stream,
    result: Result<Read, Error>,
    dropped: usize,
    delimiter: Option<&Delimiter>,
) -> Outcome<'c> {
    let end = match result {
        Ok(Read::Whole(length)) => {
            return Ok(call.take_buffered(&stream.buffer, length, dropped)?.into());
        }
        Ok(Read::EndOfStream | Read::Oversized) => End::OfStream,
        Err(error) => End::Failure(error),
    };
    let length = match (end, delimiter) {
        // The rest of a delimiter that has begun may still come.
        (End::Failure(Error { cause: Cause::TimedOut, .. }), Some(delimiter)) => {
            stream.buffer.len_before(delimiter)
        }
        _ => stream.buffer.len(),
    };
    let partial = call.build_buffered(&stream.buffer, length, 0)?;
    Ok((Value::Nil, message(call, end), partial).into())
}

/// `shutdown(how)`.
pub(super) fn shutdown(call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<Tcp>()?.endpoint();
    let number = call.integer(1)?;
    let Some(how) = Shutdown::ALL.into_iter().find(|how| i64::from(how.number()) == number) else {
        return Err(Raise::argument(1, "no way to shut down"));
    };
    let shut = endpoint.descriptor("shutdown").and_then(|descriptor| descriptor.shutdown(how));
    done(call, shut)
}
