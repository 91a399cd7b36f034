//! Options of sockets, also of those that have no descriptor yet.

use moonwire_sockets::options::{KEEP_ALIVE, NO_DELAY, REUSE_ADDRESS};
use moonwire_sockets::{Descriptor, Errno, Error, SocketOption};

use super::failure::{done, failure, reply};
use super::object::SocketObject;
use crate::convert::unknown_option;
use crate::native::{Call, Outcome, Raise};

pub(super) const NODELAY: &str = "tcp_nodelay";
pub(super) const KEEPALIVE: &str = "tcp_keepalive";
pub(super) const REUSEADDR: &str = "tcp_reuseaddr";

/// The options by the values of their constants.
static OPTIONS: [(&str, &SocketOption<bool>); 3] =
    [(NODELAY, &NO_DELAY), (KEEPALIVE, &KEEP_ALIVE), (REUSEADDR, &REUSE_ADDRESS)];

/// Options that a descriptor gets as soon as there is one.
pub(super) type Remembered = Vec<(&'static SocketOption<bool>, bool)>;

fn option(call: &mut Call<'_>, index: usize) -> Result<&'static SocketOption<bool>, Raise> {
    let name = call.bytes(index)?;
    let known = OPTIONS.iter().find(|(known, _)| known.as_bytes() == name);
    known.map(|(_, option)| *option).ok_or_else(|| unknown_option(call, index, name))
}

/// Sets on `to` the options that are on at `from`. An option that `from` does not have is left alone.
pub(super) fn copy(from: Descriptor, to: Descriptor) -> Result<(), Error> {
    for (_, option) in OPTIONS {
        if from.option(option) == Ok(true) {
            to.set_option(option, true)?;
        }
    }
    Ok(())
}

/// The value of an option: a boolean, or 1 or 0, which is how C has it.
fn value<'c>(call: &Call<'c>, index: usize) -> Result<bool, Raise> {
    if !call.is_number(index) {
        return call.boolean(index);
    }
    match call.integer(index)? {
        1 => Ok(true),
        0 => Ok(false),
        _ => Err(Raise::argument(index, "neither 1 nor 0")),
    }
}

/// `setopt(opt, value)`.
pub(super) fn setopt<T: SocketObject>(mut call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<T>()?.endpoint();
    let option = option(&mut call, 1)?;
    let value = value(&call, 2)?;
    if endpoint.socket.is_open() {
        let set = endpoint
            .descriptor("setsockopt")
            .and_then(|descriptor| descriptor.set_option(option, value));
        return done(call, set);
    }
    let mut remembered = endpoint.options.borrow_mut();
    remembered.retain(|(known, _)| known.name != option.name);
    remembered.push((option, value));
    Ok(true.into())
}

/// `getopt(opt)` and `getopt(level, opt)`.
pub(super) fn getopt<T: SocketObject>(mut call: Call<'_>) -> Outcome<'_> {
    let endpoint = call.this::<T>()?.endpoint();
    let index = if call.is_none_or_nil(2) { 1 } else { 2 };
    let option = option(&mut call, index)?;
    if endpoint.socket.is_open() {
        let state =
            endpoint.descriptor("getsockopt").and_then(|descriptor| descriptor.option(option));
        return reply(call, state, |_, state| Ok(state.into()));
    }
    let remembered = endpoint.options.borrow();
    match remembered.iter().find(|(known, _)| known.name == option.name) {
        Some((_, value)) => Ok((*value).into()),
        None => failure(call, Errno::BADF.during("getsockopt")),
    }
}
