//! Descriptors: their flags, their copies, and the urgent mark of their stream.

use std::os::fd::OwnedFd;

use super::check;
use super::socket::owned;
use crate::{Descriptor, Errno};

/// `fcntl(2)` with an integer.
fn control(descriptor: Descriptor, command: i32, argument: i32) -> Result<i32, Errno> {
    // SAFETY: this is called with commands that take an integer or nothing.
    check(unsafe { libc::fcntl(descriptor.number(), command, argument) })
}

/// Whether calls on the descriptor return at once.
pub(crate) fn nonblocking(descriptor: Descriptor) -> Result<bool, Errno> {
    control(descriptor, libc::F_GETFL, 0).map(|flags| flags & libc::O_NONBLOCK != 0)
}

/// `ioctl(2)` with `FIONBIO`: whether calls on the descriptor return at once.
pub(crate) fn set_nonblocking(descriptor: Descriptor, nonblocking: bool) -> Result<(), Errno> {
    let mut value = libc::c_int::from(nonblocking);
    // SAFETY: the request reads one integer.
    check(unsafe { libc::ioctl(descriptor.number(), libc::FIONBIO, &raw mut value) }).map(drop)
}

/// Whether the descriptor is closed when another program is executed.
pub(crate) fn close_on_exec(descriptor: Descriptor) -> Result<bool, Errno> {
    control(descriptor, libc::F_GETFD, 0).map(|flags| flags & libc::FD_CLOEXEC != 0)
}

/// Sets whether the descriptor is closed when another program is executed.
pub(crate) fn set_close_on_exec(descriptor: Descriptor, enable: bool) -> Result<(), Errno> {
    let flags = control(descriptor, libc::F_GETFD, 0)? & !libc::FD_CLOEXEC;
    let flags = if enable { flags | libc::FD_CLOEXEC } else { flags };
    control(descriptor, libc::F_SETFD, flags).map(drop)
}

/// `dup(2)`, close-on-exec.
pub(crate) fn duplicate(descriptor: Descriptor) -> Result<OwnedFd, Errno> {
    control(descriptor, libc::F_DUPFD_CLOEXEC, 0).map(owned)
}

unsafe extern "C" {
    fn sockatmark(descriptor: libc::c_int) -> libc::c_int;
}

/// `sockatmark(3)`: whether the next byte to be read is the one that was sent urgently.
pub(crate) fn at_mark(descriptor: Descriptor) -> Result<bool, Errno> {
    // SAFETY: the C library has this function with this signature, and it takes an integer only.
    check(unsafe { sockatmark(descriptor.number()) }).map(|answer| answer != 0)
}
