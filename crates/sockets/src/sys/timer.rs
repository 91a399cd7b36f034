//! Timers that are descriptors, `timerfd_create(2)`.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Duration;

use super::check;
use crate::Errno;

/// A timer that is disarmed.
pub(crate) fn timer() -> Result<OwnedFd, Errno> {
    let flags = libc::TFD_CLOEXEC | libc::TFD_NONBLOCK;
    // SAFETY: takes integers; what it returns is a new descriptor that nothing else owns.
    unsafe { Ok(OwnedFd::from_raw_fd(check(libc::timerfd_create(libc::CLOCK_MONOTONIC, flags))?)) }
}

/// Makes the timer readable after `left`, or never.
pub(crate) fn set_timer(timer: &OwnedFd, left: Option<Duration>) -> Result<(), Errno> {
    // Zero would disarm the timer.
    let left = left.map_or(Duration::ZERO, |left| left.max(Duration::from_nanos(1)));
    let it_value = libc::timespec {
        tv_sec: left.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: left.subsec_nanos().into(),
    };
    let never = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let setting = libc::itimerspec { it_interval: never, it_value };
    // SAFETY: the setting outlives the call, and the old one is not asked for.
    check(unsafe {
        libc::timerfd_settime(timer.as_raw_fd(), 0, &raw const setting, ptr::null_mut())
    })?;
    Ok(())
}
