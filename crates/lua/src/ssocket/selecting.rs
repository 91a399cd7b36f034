//! Waiting for any of many sockets.

use std::time::Duration;

use moonwire_sockets::operation::Poll;
use moonwire_sockets::{Cause, Descriptor, Errno, Error, PollEntry, Timeout, events};

use super::failure::{TIMEOUT, message};
use super::object::{Endpoint, SocketObject, Tcp, Udp};
use crate::drive::drive;
use crate::native::{Built, Call, Item, NotAnObject, Outcome, Raise, Value};

/// How many sockets are ready most of the time, at the most: the tables have room for them from the start.
const USUALLY_READY: u8 = 2;

/// What is watched at one place of an argument list.
#[derive(Clone, Copy)]
struct Watched {
    descriptor: Descriptor,
    /// Bytes have been read already.
    is_buffered: bool,
}

/// The number of a descriptor that is not open.
const NONE: Descriptor = Descriptor::from_number(-1);

/// What an item of a list stands for: the number of a descriptor, or a socket object.
fn watched(item: &Item<'_, '_>) -> Option<Watched> {
    let descriptor = |endpoint: &Endpoint| endpoint.descriptor("select").unwrap_or(NONE);
    if let Some(tcp) = item.object::<Tcp>() {
        let is_buffered = !tcp.0.buffer.is_empty();
        return Some(Watched { descriptor: descriptor(tcp.endpoint()), is_buffered });
    }
    let descriptor = match item.object::<Udp>() {
        Some(udp) => descriptor(udp.endpoint()),
        None => i32::try_from(item.integer()?).map_or(NONE, Descriptor::from_number),
    };
    Some(Watched { descriptor, is_buffered: false })
}

/// `select(readfds, writefds [, timeout])`: two lists of what is ready, in the order given.
pub(super) fn select(mut call: Call<'_>) -> Outcome<'_> {
    let readable = list(&mut call, 1)?;
    let writable = list(&mut call, 2)?;
    let timeout = call.timeout_seconds(3, Timeout::Never)?;
    let entries: Vec<_> = [(&readable, events::IN), (&writable, events::OUT)]
        .into_iter()
        .flat_map(|(list, events)| {
            list.iter().map(move |watched| PollEntry::new(watched.descriptor, events))
        })
        .collect();
    if entries.iter().any(|entry| entry.descriptor().number() < 0) {
        return nothing(call, Errno::BADF.during("poll"));
    }
    // What has been read already is ready: the others are only looked at.
    let is_ready_at_once = readable.iter().any(|watched| watched.is_buffered);
    let timeout = if is_ready_at_once { Timeout::After(Duration::ZERO) } else { timeout };
    let unpolled = entries.clone();
    drive(call, Poll::new(entries), timeout, move |mut call, polled| {
        let entries = match polled {
            Ok((entries, _)) => entries,
            Err(Error { cause: Cause::TimedOut, .. }) if is_ready_at_once => unpolled,
            Err(error) => return nothing(call, error),
        };
        if entries.iter().any(|entry| entry.returned & events::NVAL != 0) {
            return nothing(call, Errno::BADF.during("select"));
        }
        let (read, write) = entries.split_at(readable.len());
        let read: Vec<_> = read
            .iter()
            .zip(&readable)
            .map(|(entry, watched)| entry.returned != 0 || watched.is_buffered)
            .collect();
        let write: Vec<_> = write.iter().map(|entry| entry.returned != 0).collect();
        let read = ready(&mut call, 1, &read)?;
        let write = ready(&mut call, 2, &write)?;
        Ok((read, write).into())
    })
}

/// The results where nothing is ready.
fn nothing(call: Call<'_>, error: Error) -> Outcome<'_> {
    let message = match error.cause {
        Cause::TimedOut => TIMEOUT.as_bytes(),
        _ => message(call, error.into()),
    };
    Ok((Value::Nil, Value::Nil, message).into())
}

/// What an argument list watches; nil is an empty list.
fn list<'c>(call: &mut Call<'c>, index: usize) -> Result<Vec<Watched>, Raise> {
    let mut list = Vec::new();
    if call.is_none_or_nil(index) {
        return Ok(list);
    }
    if !call.is_table(index) {
        return Err(call.type_error(index, "table"));
    }
    call.read_list(index, &mut list, |item| watched(&item))?
        .map_err(|NotAnObject| Raise::argument(index, "list of descriptors or sockets expected"))?;
    Ok(list)
}

/// Those items of an argument list that are ready.
fn ready<'c>(call: &mut Call<'c>, index: usize, ready: &[bool]) -> Result<Built, Raise> {
    if ready.is_empty() {
        return call.build(|builder| builder.table(|_| {}));
    }
    call.build_from([index], |builder| {
        builder.list_with_room(USUALLY_READY, |list| {
            let positions = ready.iter().enumerate().filter(|(_, is_ready)| **is_ready);
            list.values_of(positions.map(|(position, _)| position));
        });
    })
}
