//! Time-outs that the kernel itself keeps.

use std::time::Duration;

use super::set_option;
use crate::{Descriptor, Errno, Interest};

/// `SO_RCVTIMEO` or `SO_SNDTIMEO`, `socket(7)`: how long a blocking call may take before it fails
/// with `EAGAIN`. Zero is no limit.
pub(crate) fn set_timeout(
    descriptor: Descriptor,
    interest: Interest,
    timeout: Duration,
) -> Result<(), Errno> {
    let option = match interest {
        Interest::Readable => libc::SO_RCVTIMEO,
        Interest::Writable => libc::SO_SNDTIMEO,
    };
    // A `struct timeval`: seconds, then microseconds.
    const HALF: usize = size_of::<libc::time_t>();
    const { assert!(size_of::<libc::timeval>() == 2 * HALF) };
    let seconds = libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX);
    let microseconds = libc::time_t::from(timeout.subsec_micros());
    let mut value = [0; 2 * HALF];
    value[..HALF].copy_from_slice(&seconds.to_ne_bytes());
    value[HALF..].copy_from_slice(&microseconds.to_ne_bytes());
    set_option(descriptor, libc::SOL_SOCKET, option, &value)
}
