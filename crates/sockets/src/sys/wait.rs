//! Waiting for descriptors and for time.

use std::ptr;
use std::time::Duration;

use super::check;
use crate::{Errno, PollEntry};

fn timespec(duration: Duration) -> libc::timespec {
    libc::timespec {
        tv_sec: libc::time_t::try_from(duration.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

/// `ppoll(2)`: waits until one of the entries is ready, and returns how many are; zero when the
/// time is over. `None` waits for ever.
pub(crate) fn poll(entries: &mut [PollEntry], timeout: Option<Duration>) -> Result<usize, Errno> {
    let limit = timeout.map(timespec);
    let limit = limit.as_ref().map_or(ptr::null(), ptr::from_ref);
    let count = entries.len() as libc::nfds_t;
    // SAFETY: `PollEntry` has the layout of `struct pollfd`, the slice is writable for `count` of
    // them, and `limit` is null or points to a `timespec` that outlives the call.
    let ready = check(unsafe {
        libc::ppoll(entries.as_mut_ptr().cast::<libc::pollfd>(), count, limit, ptr::null())
    })?;
    Ok(ready.unsigned_abs() as usize)
}

/// `clock_nanosleep(2)` on the monotonic clock: sleeps for `duration`, or until a signal comes.
pub(crate) fn sleep(duration: Duration) -> Result<(), Errno> {
    let duration = timespec(duration);
    // SAFETY: `duration` outlives the call, and the remaining time is not asked for.
    let errno = unsafe {
        libc::clock_nanosleep(libc::CLOCK_MONOTONIC, 0, &raw const duration, ptr::null_mut())
    };
    if errno == 0 { Ok(()) } else { Err(Errno(errno)) }
}
