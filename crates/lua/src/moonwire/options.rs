//! Socket options by their names in Lua, as a table.

use std::time::Duration;

use moonwire_sockets::{
    Descriptor, Error, Handle, SocketOption, interface_index, interface_name, options,
};

use super::failure::failure;
use super::object::SocketObject;
use crate::convert::unknown_option;
use crate::native::{Call, Outcome, Raise, Value};

/// Where an option is, with the type of its value in Lua.
enum Accessor {
    /// A boolean.
    Flag(SocketOption<bool>),
    /// An integer.
    Number(SocketOption<i32>),
    /// A number of seconds.
    Seconds(SocketOption<Duration>),
    /// The name of an interface, `""` for none.
    Interface(SocketOption<u32>),
}

/// An option that programs can read and set.
pub(super) struct NamedOption {
    pub(super) name: &'static str,
    accessor: Accessor,
    /// What an option of a wrong type is told, where it is one of several in a table.
    problem: &'static str,
}

macro_rules! type_of {
    (Flag) => {
        "' must be a boolean"
    };
    (Number) => {
        "' must be an integer"
    };
    (Seconds) => {
        "' must be a number of seconds"
    };
    (Interface) => {
        "' must be the name of an interface"
    };
}

/// Defines [`OPTIONS`], one line each: the name in Lua, the type of the value, and the option.
macro_rules! options {
    ($($name:literal = $accessor:ident $option:ident;)*) => {
        /// Every option.
        pub(super) static OPTIONS: &[NamedOption] = &[$(NamedOption {
            name: $name,
            accessor: Accessor::$accessor(options::$option),
            problem: concat!("option '", $name, type_of!($accessor)),
        },)*];
    };
}

options! {
    "reuse_address" = Flag REUSE_ADDRESS;
    "reuse_port" = Flag REUSE_PORT;
    "broadcast" = Flag BROADCAST;
    "debug" = Flag DEBUG;
    "keepalive" = Flag KEEP_ALIVE;
    "keepalive_idle" = Seconds KEEP_ALIVE_IDLE;
    "keepalive_interval" = Seconds KEEP_ALIVE_INTERVAL;
    "keepalive_count" = Number KEEP_ALIVE_COUNT;
    "out_of_band_inline" = Flag OUT_OF_BAND_INLINE;
    "dont_route" = Flag DONT_ROUTE;
    "receive_buffer" = Number RECEIVE_BUFFER;
    "send_buffer" = Number SEND_BUFFER;
    "receive_low_water" = Number RECEIVE_LOW_WATER;
    "nodelay" = Flag NO_DELAY;
    "cork" = Flag CORK;
    "ipv6_only" = Flag IPV6_ONLY;
    "multicast_hops" = Number MULTICAST_HOPS;
    "multicast_loop" = Flag MULTICAST_LOOP;
    "multicast_interface" = Interface MULTICAST_INTERFACE;
}

/// An option with the value that sockets are to have.
pub(super) enum Setting {
    Flag(&'static SocketOption<bool>, bool),
    Number(&'static SocketOption<i32>, i32),
    Seconds(&'static SocketOption<Duration>, Duration),
    Interface(&'static SocketOption<u32>, Result<u32, Error>),
}

impl Setting {
    pub(super) fn apply(&self, descriptor: Descriptor) -> Result<(), Error> {
        match self {
            Setting::Flag(option, value) => descriptor.set_option(option, *value),
            Setting::Number(option, value) => descriptor.set_option(option, *value),
            Setting::Seconds(option, value) => descriptor.set_option(option, *value),
            Setting::Interface(option, index) => descriptor.set_option(option, (*index)?),
        }
    }
}

impl NamedOption {
    /// The option with this name.
    pub(super) fn named(name: &[u8]) -> Option<&'static NamedOption> {
        OPTIONS.iter().find(|option| option.name.as_bytes() == name)
    }

    /// The option with the value in an argument.
    fn setting(&'static self, call: &Call<'_>, index: usize) -> Result<Setting, Raise> {
        Ok(match &self.accessor {
            Accessor::Flag(option) => Setting::Flag(option, call.boolean(index)?),
            Accessor::Number(option) => {
                Setting::Number(option, call.small_integer(index, "value out of range")?)
            }
            Accessor::Seconds(option) => Setting::Seconds(option, call.seconds(index)?),
            Accessor::Interface(option) => {
                let index = match call.bytes(index)? {
                    b"" => Ok(0),
                    name => interface_index(name),
                };
                Setting::Interface(option, index)
            }
        })
    }

    /// The same for a value in the table at argument `table`.
    pub(super) fn setting_in(
        &'static self,
        call: &Call<'_>,
        table: usize,
        index: usize,
    ) -> Result<Setting, Raise> {
        self.setting(call, index).map_err(|_| Raise::argument(table, self.problem))
    }

    /// The value that is in force.
    fn value<'c>(
        &self,
        descriptor: Descriptor,
        call: Call<'c>,
    ) -> Result<Value<'c>, (Call<'c>, Error)> {
        let value = match &self.accessor {
            Accessor::Flag(option) => descriptor.option(option).map(Value::Boolean),
            Accessor::Number(option) => {
                descriptor.option(option).map(|value| Value::Integer(value.into()))
            }
            Accessor::Seconds(option) => {
                descriptor.option(option).map(|value| match value.subsec_nanos() {
                    0 => Value::Integer(i64::try_from(value.as_secs()).unwrap_or(i64::MAX)),
                    _ => Value::Number(value.as_secs_f64()),
                })
            }
            Accessor::Interface(option) => {
                let name = descriptor.option(option).and_then(|index| match index {
                    0 => Ok(Vec::new()),
                    index => interface_name(index),
                });
                return match name {
                    Ok(name) => Ok(call.compose(|text| text.extend_from_slice(&name)).into()),
                    Err(error) => Err((call, error)),
                };
            }
        };
        value.map_err(|error| (call, error))
    }
}

/// `object:option(name [, value])`: the value in force, or true where it was set.
pub(super) fn option<T: SocketObject>(mut call: Call<'_>) -> Outcome<'_> {
    let this = call.this::<T>()?;
    let name = call.bytes(1)?;
    let Some(option) = NamedOption::named(name) else {
        return Err(unknown_option(&mut call, 1, name));
    };
    let setting = match call.is_none_or_nil(2) {
        true => None,
        false => Some(option.setting(&call, 2)?),
    };
    let descriptor = match (&this.endpoint().socket).descriptor() {
        Ok(descriptor) => descriptor,
        Err(errno) => return failure(call, "option", &this.subject(), errno),
    };
    let result = match setting {
        Some(setting) => match setting.apply(descriptor) {
            Ok(()) => Ok(Value::Boolean(true)),
            Err(error) => Err((call, error)),
        },
        None => option.value(descriptor, call),
    };
    match result {
        Ok(value) => Ok(value.into()),
        Err((call, error)) => failure(call, "option", &this.subject(), error),
    }
}
