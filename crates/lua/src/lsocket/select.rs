//! Waiting for any of many sockets.

use moonwire_sockets::operation::{OnClose, Poll};
use moonwire_sockets::{Cause, Errno, Error, PollEntry, Timeout, events};

use super::failure::{failure, refusal};
use super::object::SocketObject;
use super::watching::{Seen, watch};
use crate::drive::drive;
use crate::native::{Built, Call, NotAnObject, Outcome, Raise, Value};

/// How many sockets are ready most of the time, at the most. To make room for them as they come costs more
/// than the whole table does.
const USUALLY_READY: u8 = 2;

const NOTHING_TO_WAIT_FOR: &str = "no open sockets to check and no timeout set";

/// What came of the wait: the entries, and how many of them are ready.
type Polled = Result<(Vec<PollEntry>, usize), Error>;

/// The arguments that are tables, if they are there, and what their sockets are watched for.
const TABLES: [(usize, i16); 2] = [(1, events::IN), (2, events::OUT)];

/// `select([read [, write]] [, timeout])`: the sockets that are ready, in tables as the ones given.
///
/// Every socket of a table has an entry at its own place in what is polled, so that an entry leads
/// back to its socket. A closed one has the descriptor -1, which the kernel passes over.
pub(super) fn select(mut call: Call<'_>) -> Outcome<'_> {
    let mut entries = Vec::new();
    let mut seen = Seen::default();
    let mut read_count = 0;
    let mut last_table = 0;
    let mut timeout_at = 3;
    for (index, events) in TABLES {
        if call.is_number(index) {
            timeout_at = index;
            break;
        }
        if call.is_table(index) {
            last_table = index;
            add_sockets(&mut call, index, events, &mut entries, &mut seen)?;
        } else if !call.is_none_or_nil(index) {
            return Err(call.type_error(index, "table"));
        }
        if events == events::IN {
            read_count = entries.len();
        }
    }
    let timeout = call.timeout_seconds(timeout_at, Timeout::Never)?;
    let is_open = |entry: &PollEntry| entry.descriptor().number() >= 0;
    if timeout == Timeout::Never && !entries.iter().any(is_open) {
        return refusal(NOTHING_TO_WAIT_FOR);
    }
    // A socket that another task closes is passed over from then on, like one that was closed before.
    let on_close = match timeout {
        Timeout::Never => OnClose::ContinueWithOthers,
        Timeout::After(_) => OnClose::Continue,
    };
    let word = move |call, polled| word(call, polled, read_count, last_table);
    match watch(&mut call, &TABLES[..last_table], entries, seen, on_close)? {
        Ok(operation) => drive(call, operation, timeout, word),
        Err(entries) => drive(call, Poll::new(entries).on_close(on_close), timeout, word),
    }
}

/// The reply, of which the first `read_count` entries are for the first table.
fn word<'c>(
    mut call: Call<'c>,
    polled: Polled,
    read_count: usize,
    last_table: usize,
) -> Outcome<'c> {
    match polled {
        Ok((entries, _)) => {
            let (read, write) = entries.split_at(read_count);
            let read = ready(&mut call, 1, read)?;
            match last_table {
                1 => Ok(read.into()),
                _ => Ok((read, ready(&mut call, 2, write)?).into()),
            }
        }
        Err(error) if error.cause == Cause::TimedOut => Ok(Value::Boolean(false).into()),
        Err(error) if error.errno() == Some(Errno::BADF) => refusal(NOTHING_TO_WAIT_FOR),
        Err(error) => failure(call, error),
    }
}

/// Adds an entry for each socket in an argument table.
fn add_sockets(
    call: &mut Call<'_>,
    index: usize,
    events: i16,
    entries: &mut Vec<PollEntry>,
    seen: &mut Seen,
) -> Result<(), Raise> {
    let entry = |socket: &SocketObject| {
        seen.note(socket);
        PollEntry::new(socket.descriptor(), events)
    };
    call.read_objects(index, entries, entry)?.map_err(|NotAnObject| {
        Raise::Text("bad argument to 'select' (tables can only contain sockets)")
    })
}

/// A table of those sockets in an argument table whose entries are ready.
fn ready<'c>(call: &mut Call<'c>, index: usize, entries: &[PollEntry]) -> Result<Built, Raise> {
    call.build_from([index], |builder| {
        builder.list_with_room(USUALLY_READY, |list| {
            let ready = entries.iter().enumerate().filter(|(_, entry)| entry.returned != 0);
            list.values_of(ready.map(|(position, _)| position));
        });
    })
}
