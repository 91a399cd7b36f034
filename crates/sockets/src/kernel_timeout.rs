//! Time-outs that the kernel keeps: it ends a system call that waits.

use std::cell::Cell;
use std::time::Duration;

use crate::{Descriptor, Errno, Interest, Timeout, sys};

/// The kernel counts time-outs in ticks of up to 10 ms, which is too coarse for shorter ones.
const SHORTEST: Duration = Duration::from_millis(100);

/// The value of `SO_RCVTIMEO` or `SO_SNDTIMEO` (`socket(7)`) of a descriptor, as far as it is known.
///
/// A blocking call with such a time-out waits and transfers in one system call; `poll` and a call
/// are two or three. The kernel never ends the call early, but up to an eighth late, because its timer wheel is
/// coarse. So the option is set to seven eighths of the time-out, and the driver waits for the rest with `poll`,
/// which is exact.
///
/// No other code may set the option of the descriptor.
#[derive(Debug)]
pub struct KernelTimeout {
    interest: Interest,
    /// `None` where the value is not known.
    current: Cell<Option<Timeout>>,
}

impl KernelTimeout {
    /// The time-out of a new socket, which has none.
    #[must_use]
    pub const fn new(interest: Interest) -> KernelTimeout {
        KernelTimeout { interest, current: Cell::new(Some(Timeout::Never)) }
    }

    /// Returns to the state of a new socket.
    pub fn reset(&self) {
        self.current.set(Some(Timeout::Never));
    }

    /// Takes the state of a socket that was accepted from `listener`: some kinds of socket
    /// inherit the option, others do not.
    pub fn inherit(&self, listener: &KernelTimeout) {
        self.current.set(listener.current.get().filter(|timeout| *timeout == Timeout::Never));
    }

    /// Whether the kernel can keep this time-out exactly enough.
    #[inline]
    pub(crate) fn is_supported(timeout: Timeout) -> bool {
        match timeout {
            Timeout::Never => true,
            Timeout::After(duration) => duration >= SHORTEST,
        }
    }

    /// Whether the option is set for this time-out.
    #[inline]
    pub(crate) fn is_set_to(&self, timeout: Timeout) -> bool {
        self.current.get() == Some(timeout)
    }

    /// Sets the option for this time-out.
    pub(crate) fn set(&self, descriptor: Descriptor, timeout: Timeout) -> Result<(), Errno> {
        let limit = match timeout {
            Timeout::Never => Duration::ZERO,
            Timeout::After(duration) => duration - duration / 8,
        };
        self.current.set(None);
        sys::set_timeout(descriptor, self.interest, limit)?;
        self.current.set(Some(timeout));
        Ok(())
    }
}
