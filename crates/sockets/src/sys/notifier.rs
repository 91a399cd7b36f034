//! Descriptors with which other threads wake an event loop, `eventfd(2)`.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::check;
use crate::Errno;

/// A descriptor that [`notify`] makes readable.
pub(crate) fn notifier() -> Result<OwnedFd, Errno> {
    // SAFETY: takes integers; what it returns is a new descriptor that nothing else owns.
    unsafe {
        let notifier = check(libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK))?;
        Ok(OwnedFd::from_raw_fd(notifier))
    }
}

/// Makes the descriptor readable: each call is an edge. Nothing reads the count behind it, which has room for
/// 2^64 - 2 calls.
pub(crate) fn notify(notifier: &OwnedFd) {
    let one = 1_u64.to_ne_bytes();
    // SAFETY: the bytes are readable for their length. The call fails only where the count has no room.
    unsafe { libc::write(notifier.as_raw_fd(), one.as_ptr().cast(), one.len()) };
}
