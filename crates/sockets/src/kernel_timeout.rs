//! Waiting inside a system call that the kernel itself ends.

use std::cell::Cell;
use std::time::Duration;

use crate::{Descriptor, Errno, Interest, Timeout, sys};

/// Below this the kernel's time-out is too coarse: it counts in ticks, of up to 10 ms.
const LEAST: Duration = Duration::from_millis(100);

/// What `SO_RCVTIMEO` or `SO_SNDTIMEO` (`socket(7)`) of a descriptor is known to be.
///
/// A blocking call with such a time-out waits and works in one system call, where `poll` and a call
/// are two or three. The kernel never ends it early, but up to an eighth late (its timer wheel is
/// coarse). So it is told seven eighths of the time, and who is still waiting then waits for the
/// rest with `poll`, which is exact.
///
/// Nobody else may set the option of the descriptor.
#[derive(Debug)]
pub struct KernelTimeout {
    interest: Interest,
    /// `None` where it is not known.
    current: Cell<Option<Timeout>>,
}

impl KernelTimeout {
    /// That of a new socket, on which the option has never been set.
    #[must_use]
    pub const fn new(interest: Interest) -> KernelTimeout {
        KernelTimeout { interest, current: Cell::new(Some(Timeout::Never)) }
    }

    /// Makes the state the one of a new socket.
    pub fn reset(&self) {
        self.current.set(Some(Timeout::Never));
    }

    /// Makes the state the one of a socket that `listener` has accepted: some kinds of socket
    /// inherit the option, others do not.
    pub fn inherit(&self, listener: &KernelTimeout) {
        self.current.set(listener.current.get().filter(|timeout| *timeout == Timeout::Never));
    }

    /// Whether the kernel can keep this time-out.
    #[inline]
    pub(crate) fn can_keep(timeout: Timeout) -> bool {
        match timeout {
            Timeout::Never => true,
            Timeout::After(duration) => duration >= LEAST,
        }
    }

    /// Whether the option is set for this time-out.
    #[inline]
    pub(crate) fn is(&self, timeout: Timeout) -> bool {
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
