//! Sending files to streams.

use std::fs::File;

use moonwire_sockets::operation::{SendFile, Sent, duplicate_file, open_file};
use moonwire_sockets::{Descriptor, Errno, Error};

use super::addresses::Subject;
use super::failure::{End, failure, message};
use super::stream::StreamObject;
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise, Value};

/// An offset or a count: a whole number from 0 on.
fn position(call: &Call<'_>, index: usize, problem: &'static str) -> Result<Option<u64>, Raise> {
    match call.is_none_or_nil(index) {
        true => Ok(None),
        false => call.small_integer(index, problem).map(Some),
    }
}

/// The file in an argument, and where it is to be read from.
fn file<'c>(
    call: &Call<'c>,
    offset: Option<u64>,
) -> Result<Result<(File, Option<u64>), Error>, Raise> {
    if let Some(file) = call.file(1)? {
        // Its number is the program's, which may close it while this waits.
        let number = file.descriptor().map_err(|errno| Errno(errno).during("fflush"));
        let duplicate = number.and_then(|number| duplicate_file(Descriptor::from_number(number)));
        return Ok(duplicate.map(|file| (file, offset)));
    }
    if !call.is_string(1) {
        return Err(call.type_error(1, "file or string"));
    }
    let path = call.bytes(1)?;
    if path.contains(&0) {
        return Err(Raise::argument(1, "the path has a NUL in it"));
    }
    Ok(open_file(path).map(|file| (file, Some(offset.unwrap_or(0)))))
}

/// `sendfile(file_or_path [, offset [, count]])`: how many bytes were sent.
pub(super) fn sendfile(call: Call<'_>) -> Outcome<'_> {
    let stream = &*call.this::<StreamObject>()?.0;
    let offset = position(&call, 2, "offset out of range")?;
    let count = position(&call, 3, "count out of range")?.unwrap_or(u64::MAX);
    let (file, offset) = match file(&call, offset)? {
        Ok(file) => file,
        Err(error) => {
            let path = if call.is_string(1) { call.bytes(1)? } else { b"" };
            return failure(call, "sendfile", &Subject::Text(path), error);
        }
    };
    let send = SendFile::new(&stream.endpoint.socket, file, offset, count);
    let timeout = stream.endpoint.timeout.get();
    drive(call, stream.writers.take(send), timeout, move |call, sent| match sent {
        Ok(Sent { length, end: Ok(()) }) => Ok(length.into()),
        Ok(Sent { length, end: Err(error) }) => {
            let code = End::from(error).code();
            let message = message(call, "sendfile", &stream.subject(), error);
            Ok((Value::Nil, message, code, length).into())
        }
        Err(error) => failure(call, "sendfile", &stream.subject(), error),
    })
}
