//! Reading streams. Every read is bounded, and what has come stays for the next one where a read
//! fails.

use std::rc::Rc;

use moonwire_sockets::operation::{Available, Read, ReadAvailable, ReadRecord};
use moonwire_sockets::{Delimiter, Error};

use super::failure::{End, failure, raise};
use super::stream::{Stream, StreamObject};
use crate::drive::drive;
use crate::native::{Call, Class, Function, Object, Outcome, Raise, Value};

/// The most that `read` gives, and the longest record, where a program does not say.
const DEFAULT_LIMIT: usize = 64 << 10;
/// The same for `read_all`.
const DEFAULT_WHOLE: usize = 16 << 20;

/// What a read has come to, for the words of a failure.
pub(super) fn end_of(result: Result<Read, Error>) -> Result<usize, End> {
    match result {
        Ok(Read::Whole(length)) => Ok(length),
        Ok(Read::EndOfStream) => Err(End::OfStream),
        Ok(Read::Oversized) => Err(End::Oversized),
        Err(error) => Err(error.into()),
    }
}

/// A record that was read, without the `dropped` bytes behind it.
#[inline]
fn record<'c>(
    call: Call<'c>,
    stream: &Stream,
    result: Result<Read, Error>,
    dropped: usize,
) -> Outcome<'c> {
    match end_of(result) {
        Ok(length) => Ok(call.take_buffered(&stream.buffer, length, dropped)?.into()),
        Err(end) => failure(call, "read", &stream.subject(), end),
    }
}

/// `read([n])`: 1 to n bytes, what there is.
pub(super) fn read(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    let limit = call.buffer_size(1, DEFAULT_LIMIT)?;
    let timeout = stream.endpoint.timeout.get();
    let read = ReadAvailable::new(&stream.endpoint.socket, &stream.buffer, limit);
    drive(call, stream.readers.take(read), timeout, move |call, available| match available {
        Ok(Available::Received(_)) => Ok(call.received().into()),
        Ok(Available::Buffered(length)) => {
            Ok(call.take_buffered(&stream.buffer, length, 0)?.into())
        }
        Ok(Available::EndOfStream) => failure(call, "read", &stream.subject(), End::OfStream),
        Err(error) => failure(call, "read", &stream.subject(), error),
    })
}

/// `read_exactly(n)`.
pub(super) fn read_exactly(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    let length = call.length(1)?;
    let timeout = stream.endpoint.timeout.get();
    let read = ReadRecord::exactly(&stream.endpoint.socket, &stream.buffer, length);
    drive(call, stream.readers.take(read), timeout, move |call, result| {
        record(call, stream, result, 0)
    })
}

impl Stream {
    /// A delimiter of these bytes; `None` where there are none.
    fn delimiter(&self, bytes: &[u8]) -> Option<Rc<Delimiter>> {
        let mut last = self.delimiter.borrow_mut();
        match &*last {
            Some(delimiter) if delimiter.as_bytes() == bytes => Some(Rc::clone(delimiter)),
            _ => {
                let delimiter = Rc::new(Delimiter::new(bytes)?);
                *last = Some(Rc::clone(&delimiter));
                Some(delimiter)
            }
        }
    }
}

/// `read_until(delimiter [, limit])`.
pub(super) fn read_until(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    let bytes = call.bytes(1)?;
    let limit = call.buffer_size(2, DEFAULT_LIMIT)?;
    let delimiter = stream.delimiter(bytes).ok_or(Raise::argument(1, "delimiter is empty"))?;
    let timeout = stream.endpoint.timeout.get();
    let read = ReadRecord::until(&stream.endpoint.socket, &stream.buffer, delimiter, limit);
    drive(call, stream.readers.take(read), timeout, move |call, result| {
        record(call, stream, result, bytes.len())
    })
}

/// `read_all([limit])`.
pub(super) fn read_all(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    let limit = call.buffer_size(1, DEFAULT_WHOLE)?;
    let timeout = stream.endpoint.timeout.get();
    let read = ReadRecord::to_end(&stream.endpoint.socket, &stream.buffer, limit);
    drive(call, stream.readers.take(read), timeout, move |call, result| match end_of(result) {
        Err(End::OfStream) => {
            Ok(call.take_buffered(&stream.buffer, stream.buffer.len(), 0)?.into())
        }
        Ok(_) => Ok("".into()),
        Err(end) => failure(call, "read", &stream.subject(), end),
    })
}

/// What a function of `lines` needs.
pub(super) struct Lines {
    stream: Rc<Stream>,
    limit: usize,
}

/// The class of what the functions of `lines` hold, which no program sees.
pub(super) static LINES: Class = Class { name: "moonwire.lines", methods: &[], metamethods: &[] };

impl Object for Lines {
    const CLASS: &'static Class = &LINES;
}

/// `lines([limit])`: an iterator over lines.
pub(super) fn lines(mut call: Call<'_>) -> Outcome<'_> {
    static NEXT: Function = Function::new("lines", next);
    let stream = Rc::clone(&call.this::<StreamObject>()?.0);
    let limit = call.buffer_size(1, DEFAULT_LIMIT)?;
    Ok(call.bound_function(&NEXT, Lines { stream, limit })?.into())
}

/// The function that `lines` has made: nil at the end of the stream.
fn next(call: Call<'_>) -> Outcome<'_> {
    let Lines { stream, limit } = call.bound::<Lines>()?;
    let stream = &**stream;
    let timeout = stream.endpoint.timeout.get();
    let read = ReadRecord::line(&stream.endpoint.socket, &stream.buffer, *limit);
    drive(call, stream.readers.take(read), timeout, move |call, result| match end_of(result) {
        Ok(length) => {
            let ends_in_return = match stream.buffer.front(length) {
                Ok(line) => line.ends_with(b"\r"),
                Err(_) => false,
            };
            let feed = 1;
            let carriage = usize::from(ends_in_return);
            Ok(call.take_buffered(&stream.buffer, length - carriage, carriage + feed)?.into())
        }
        Err(End::OfStream) if stream.buffer.is_empty() => Ok(Value::Nil.into()),
        // The last line may lack its end.
        Err(End::OfStream) => {
            Ok(call.take_buffered(&stream.buffer, stream.buffer.len(), 0)?.into())
        }
        Err(end) => Err(raise(call, "read", &stream.subject(), end)),
    })
}
