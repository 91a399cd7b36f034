//! Waiting for several descriptors, and for time.

use std::time::Duration;

use moonwire_sockets::operation::{Poll, Sleep};
use moonwire_sockets::{Cause, PollEntry, Timeout, parse_poll_entries};

use super::DEFAULT_TIMEOUT;
use super::failure::{failure, reply};
use crate::drive::drive;
use crate::native::{Call, Outcome, Raise, Value};

/// `msleep(n)`.
pub(super) fn msleep(call: Call<'_>) -> Outcome<'_> {
    let milliseconds = call.small_integer(1, "negative time")?;
    let sleep = Sleep::new(Duration::from_millis(milliseconds));
    drive(call, sleep, Timeout::Never, |call, slept| {
        reply(call, slept, |_, ()| Ok(Value::Boolean(true).into()))
    })
}

/// What an array of `struct pollfd` in the first argument holds.
fn entries<'c>(call: &Call<'c>) -> Result<Vec<PollEntry>, Raise> {
    parse_poll_entries(call.bytes(1)?)
        .map_err(|_| Raise::argument(1, "length is not a multiple of 8"))
}

/// The array again, in its native bytes.
fn array<'c>(call: Call<'c>, entries: impl Iterator<Item = PollEntry>) -> &'c [u8] {
    call.compose(|bytes| bytes.extend(entries.flat_map(PollEntry::to_bytes)))
}

/// `poll(pollfds [, timeout])`: the entries with what has come, and how many are ready.
pub(super) fn poll(call: Call<'_>) -> Outcome<'_> {
    let entries = entries(&call)?;
    let timeout = call.timeout_millis(2, DEFAULT_TIMEOUT)?;
    drive(call, Poll::new(entries), timeout, |call, polled| match polled {
        Ok((entries, ready)) => Ok((array(call, entries.into_iter()), ready).into()),
        Err(error) if error.cause == Cause::TimedOut => {
            let entries = self::entries(&call)?;
            let nothing =
                entries.into_iter().map(|entry| PollEntry::new(entry.descriptor(), entry.events));
            Ok((array(call, nothing), 0).into())
        }
        Err(error) => failure(call, error),
    })
}

/// `pollfd(fd, events)`: one entry of the array that `poll` takes.
pub(super) fn pollfd(call: Call<'_>) -> Outcome<'_> {
    let descriptor = call.descriptor(1)?;
    let events = call.small_integer::<u16>(2, "events out of range")?;
    let entry = PollEntry::new(descriptor, events.cast_signed());
    Ok(array(call, std::iter::once(entry)).into())
}

/// `unpollfds(s)`: a list of `{fd =, events =, revents =}`.
pub(super) fn unpollfds(mut call: Call<'_>) -> Outcome<'_> {
    let entries = entries(&call)?;
    let list = call.build(|builder| {
        builder.table(|list| {
            list.list(&entries, |item, entry| {
                item.table(|table| {
                    let fields = [
                        ("fd", i64::from(entry.descriptor().number())),
                        ("events", i64::from(entry.events.cast_unsigned())),
                        ("revents", i64::from(entry.returned.cast_unsigned())),
                    ];
                    for (name, value) in fields {
                        table.field(name, |field| field.integer(value));
                    }
                });
            });
        });
    })?;
    Ok(list.into())
}
