//! Arguments in, from Lua values to the types of `moonwire_sockets`; and of the way back what is the
//! same for all modules.
//!
//! A wrong argument is worded here, and by [`Call`], for all modules.

mod buffered;
mod failure;
mod host_text;

use std::borrow::Cow;
use std::time::Duration;

use moonwire_sockets::{Descriptor, Timeout};

pub(crate) use failure::CANCELLED;
pub(crate) use host_text::HostText;

use crate::native::{Call, Raise};

/// The error for the name of an option that there is not.
#[cold]
pub(crate) fn unknown_option(call: &mut Call<'_>, index: usize, name: &[u8]) -> Raise {
    call.refuse(index, &[b"unknown option '", name, b"'"].concat())
}

/// The largest buffer that a program may ask for.
const MOST_BYTES: usize = 1 << 30;

impl<'c> Call<'c> {
    /// An integer, or `default` where the argument is missing or nil.
    #[inline]
    pub(crate) fn integer_or(&self, index: usize, default: i64) -> Result<i64, Raise> {
        Ok(self.optional_integer(index)?.unwrap_or(default))
    }

    /// A string, or `default` where the argument is missing or nil.
    pub(crate) fn bytes_or(&self, index: usize, default: &'c [u8]) -> Result<&'c [u8], Raise> {
        if self.is_none_or_nil(index) { Ok(default) } else { self.bytes(index) }
    }

    /// An integer of a smaller type; `problem` is what one that does not fit is told.
    pub(crate) fn small_integer<T: TryFrom<i64>>(
        &self,
        index: usize,
        problem: &'static str,
    ) -> Result<T, Raise> {
        T::try_from(self.integer(index)?).map_err(|_| Raise::argument(index, problem))
    }

    /// The flags in the arguments from `index` on, joined. To be read before anything is put on the
    /// stack.
    #[inline(always)]
    pub(crate) fn flags_from(&self, index: usize) -> Result<i32, Raise> {
        let count = self.argument_count();
        if count < index { Ok(0) } else { self.join_flags(index, count) }
    }

    #[inline(never)]
    fn join_flags(&self, first: usize, last: usize) -> Result<i32, Raise> {
        let mut flags = 0;
        for index in first..=last {
            let flag = self.optional_integer(index)?.unwrap_or(0);
            flags |=
                i32::try_from(flag).map_err(|_| Raise::argument(index, "flag out of range"))?;
        }
        Ok(flags)
    }

    /// A duration in seconds, with fractions.
    pub(crate) fn seconds(&self, index: usize) -> Result<Duration, Raise> {
        Duration::try_from_secs_f64(self.number(index)?)
            .map_err(|_| Raise::argument(index, "seconds out of range"))
    }

    /// The number of a descriptor. A negative number is let through: no descriptor has it, as the
    /// kernel will say.
    #[inline]
    pub(crate) fn descriptor(&self, index: usize) -> Result<Descriptor, Raise> {
        self.small_integer(index, "descriptor out of range").map(Descriptor::from_number)
    }

    /// A port: 0 to 65535.
    pub(crate) fn port(&self, index: usize) -> Result<u16, Raise> {
        self.small_integer(index, "port out of range")
    }

    /// A time-out in whole milliseconds: negative for none, missing or nil for `default`.
    #[inline]
    pub(crate) fn timeout_millis(&self, index: usize, default: i64) -> Result<Timeout, Raise> {
        self.integer_or(index, default).map(Timeout::from_millis)
    }

    /// A time-out in seconds: negative for none, missing or nil for `default`.
    pub(crate) fn timeout_seconds(&self, index: usize, default: Timeout) -> Result<Timeout, Raise> {
        if self.is_none_or_nil(index) {
            return Ok(default);
        }
        Timeout::from_seconds(self.number(index)?)
            .ok_or(Raise::argument(index, "time-out is not a number"))
    }

    /// How many bytes to receive at most: 1 to 1 GiB, or `default` where the argument is missing or
    /// nil.
    #[inline]
    pub(crate) fn buffer_size(&self, index: usize, default: usize) -> Result<usize, Raise> {
        match self.optional_integer(index)?.map(usize::try_from) {
            None => Ok(default),
            Some(Ok(size @ 1..=MOST_BYTES)) => Ok(size),
            Some(_) => Err(Raise::argument(index, "size out of range")),
        }
    }

    /// How many bytes to read: 0 to 1 GiB.
    #[inline]
    pub(crate) fn length(&self, index: usize) -> Result<usize, Raise> {
        match self.small_integer(index, "size out of range")? {
            length @ 0..=MOST_BYTES => Ok(length),
            _ => Err(Raise::argument(index, "size out of range")),
        }
    }

    /// A service: a port as an integer, or a port or name as a string; empty where the argument is
    /// missing or nil.
    pub(crate) fn service(&self, index: usize) -> Result<Cow<'c, [u8]>, Raise> {
        if self.is_none_or_nil(index) {
            return Ok(Cow::default());
        }
        // Not as Lua would write it: a float that is a whole number is a port too.
        if self.is_number(index) {
            return Ok(self.port(index)?.to_string().into_bytes().into());
        }
        self.bytes(index).map(Cow::from)
    }
}
