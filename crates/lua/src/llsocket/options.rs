//! Methods that read and set an option. Each is a line; with an argument they set the option first,
//! and they return the state that is then in force.

use std::cell::Cell;
use std::time::Duration;

use moonwire_sockets::{Descriptor, Error, SocketOption, options};

use super::failure::{failure, reply};
use super::socket::{LowLevelSocket, Mode};
use crate::native::{Call, Function, Outcome, Raise, Value, strict};

/// Defines [`METHODS`], one line each: the name in Lua, and how the option is read and set.
macro_rules! methods {
    ($($name:literal = $body:ident($($argument:expr),*);)*) => {
        pub(super) static METHODS: &[Function] =
            &strict([$(Function::method($name, |call| $body(call, $($argument),*)),)*]);
    };
}

methods! {
    "cloexec" = flag(Descriptor::is_close_on_exec, Descriptor::set_close_on_exec);
    "nonblock" = nonblock();
    "error" = state(&options::PENDING_ERROR);
    "acceptconn" = state(&options::ACCEPTS_CONNECTIONS);
    "tcpnodelay" = option(&options::NO_DELAY);
    "tcpcork" = option(&options::CORK);
    "tcpkeepalive" = option(&options::KEEP_ALIVE_IDLE);
    "tcpkeepintvl" = option(&options::KEEP_ALIVE_INTERVAL);
    "tcpkeepcnt" = option(&options::KEEP_ALIVE_COUNT);
    "reuseport" = option(&options::REUSE_PORT);
    "reuseaddr" = option(&options::REUSE_ADDRESS);
    "broadcast" = option(&options::BROADCAST);
    "debug" = option(&options::DEBUG);
    "keepalive" = option(&options::KEEP_ALIVE);
    "oobinline" = option(&options::OUT_OF_BAND_INLINE);
    "dontroute" = option(&options::DONT_ROUTE);
    "timestamp" = option(&options::TIMESTAMP);
    "rcvbuf" = option(&options::RECEIVE_BUFFER);
    "rcvlowat" = remembered(&options::RECEIVE_LOW_WATER, |mode| &mode.receive_low_water);
    "sndbuf" = option(&options::SEND_BUFFER);
    "sndlowat" = option(&options::SEND_LOW_WATER);
    "rcvtimeo" = remembered(&options::RECEIVE_TIMEOUT, |mode| &mode.receive_timeout);
    "sndtimeo" = remembered(&options::SEND_TIMEOUT, |mode| &mode.send_timeout);
    "mcastloop" = option(&options::MULTICAST_LOOP);
    "mcastttl" = option(&options::MULTICAST_HOPS);
}

/// The value of an option, as Lua has it.
trait OptionValue: Copy + 'static {
    /// The first argument as such a value.
    fn argument<'c>(call: &Call<'c>) -> Result<Self, Raise>;

    fn into_value(self) -> Value<'static>;
}

impl OptionValue for bool {
    fn argument<'c>(call: &Call<'c>) -> Result<bool, Raise> {
        call.boolean(1)
    }

    fn into_value(self) -> Value<'static> {
        self.into()
    }
}

impl OptionValue for i32 {
    fn argument<'c>(call: &Call<'c>) -> Result<i32, Raise> {
        call.small_integer(1, "value out of range")
    }

    fn into_value(self) -> Value<'static> {
        self.into()
    }
}

impl OptionValue for Duration {
    fn argument<'c>(call: &Call<'c>) -> Result<Duration, Raise> {
        call.seconds(1)
    }

    /// Whole seconds are an integer.
    fn into_value(self) -> Value<'static> {
        match self.subsec_nanos() {
            0 => i64::try_from(self.as_secs()).unwrap_or(i64::MAX).into(),
            _ => self.as_secs_f64().into(),
        }
    }
}

/// Reads an option that cannot be set.
fn state<'c, T: OptionValue>(call: Call<'c>, option: &'static SocketOption<T>) -> Outcome<'c> {
    let socket = call.this::<LowLevelSocket>()?;
    reply(call, socket.descriptor().option(option), |_, value| Ok(value.into_value().into()))
}

/// Reads an option, or sets it.
fn option<'c, T: OptionValue>(call: Call<'c>, option: &'static SocketOption<T>) -> Outcome<'c> {
    read_or_set(
        call,
        |descriptor| descriptor.option(option),
        |descriptor, value| descriptor.set_option(option, value),
        |_, _| (),
    )
}

/// Reads an option on which it depends how long calls wait, or sets it, and remembers it.
fn remembered<'c, T: OptionValue>(
    call: Call<'c>,
    option: &'static SocketOption<T>,
    known: fn(&Mode) -> &Cell<T>,
) -> Outcome<'c> {
    read_or_set(
        call,
        |descriptor| descriptor.option(option),
        |descriptor, value| descriptor.set_option(option, value),
        |mode, value| known(mode).set(value),
    )
}

/// Reads a flag of the descriptor, or sets it.
fn flag<'c>(
    call: Call<'c>,
    get: fn(Descriptor) -> Result<bool, Error>,
    set: fn(Descriptor, bool) -> Result<(), Error>,
) -> Outcome<'c> {
    read_or_set(call, get, set, |_, _| ())
}

/// Reads the mode of the socket, or sets it, and remembers it.
fn nonblock(call: Call<'_>) -> Outcome<'_> {
    let remember = |mode: &Mode, enabled| mode.nonblocking.set(enabled);
    read_or_set(call, Descriptor::is_nonblocking, Descriptor::set_nonblocking, remember)
}

/// Sets what there is an argument for, and returns the state that is then in force.
fn read_or_set<'c, T: OptionValue>(
    call: Call<'c>,
    get: impl FnOnce(Descriptor) -> Result<T, Error>,
    set: impl FnOnce(Descriptor, T) -> Result<(), Error>,
    remember: impl FnOnce(&Mode, T),
) -> Outcome<'c> {
    let socket = call.this::<LowLevelSocket>()?;
    let descriptor = socket.descriptor();
    if !call.is_none_or_nil(1) {
        let value = T::argument(&call)?;
        if let Err(error) = set(descriptor, value) {
            return failure(call, error);
        }
    }
    reply(call, get(descriptor), |_, value| {
        remember(&socket.mode, value);
        Ok(value.into_value().into())
    })
}
