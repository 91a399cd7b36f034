//! The system's calls, and the only unsafe code of the crate.
//!
//! # The contract of a back end
//!
//! * A function makes one system call or library call and returns what that returned; none retries
//!   or waits by itself. A failure is the `errno` of that very call, read before anything else can
//!   change it.
//! * A descriptor is a number here ([`Descriptor`](crate::Descriptor)). No number makes these calls unsafe: the
//!   kernel answers `EBADF` for one that is not open.
//! * Every descriptor that is made is close-on-exec from its birth and comes as an `OwnedFd`.
//! * Memory goes to the kernel as slices, with their own lengths. What it writes comes back as the
//!   slice that it has written, so no caller sees memory that is not initialised.
//! * An address goes to the kernel with the length that it has, and is read by the length that the
//!   kernel returns, cut to the size of the memory.
//!
//! # What is outside of this folder
//!
//! Another system needs these files again, and no other files. Outside of this folder `libc` stands only for
//! constants and plain types that POSIX defines (`AF_INET`, `EAGAIN`, `sockaddr_in`), never for a call. A
//! constant of Linux that other files need comes from [`linux`]. The tables that show the system's constants
//! to programs are the exception: `constants.rs`, `errno_names.rs`, `options/` and `signals.rs`. The test
//! `libc_outside_of_sys` holds all this.

mod append;
mod batch;
pub(crate) mod control;
mod filter;
mod flags;
mod fork;
mod handshakes;
mod interfaces;
pub(crate) mod linux;
mod message;
mod notifier;
mod pipe_signal;
mod resolver;
mod scratch;
mod socket;
mod text;
mod timeout;
mod timer;
mod transfer;
mod wait;
mod watch;

pub(crate) use append::{append, reserve};
pub(crate) use batch::{Batch, Outgoing, send_messages};
pub(crate) use filter::drop_connection_requests;
pub(crate) use flags::{
    at_mark, close_on_exec, duplicate, nonblocking, set_close_on_exec, set_nonblocking,
};
pub(crate) use fork::Process;
pub(crate) use handshakes::has_handshakes;
pub(crate) use interfaces::{interface_name, interfaces};
pub(crate) use message::{receive_message, send_message};
pub(crate) use notifier::{notifier, notify};
pub(crate) use resolver::{Hints, address_info, interface_index, name_info};
pub use scratch::{Scratch, copy_to};
pub(crate) use socket::{
    accept, bind, close, connect, get_option, listen, local_address, pair, peer_address,
    set_option, shutdown, socket,
};
pub(crate) use text::{error_text, resolver_text};
pub(crate) use timeout::set_timeout;
pub(crate) use timer::{set_timer, timer};
pub(crate) use transfer::{read, receive, receive_from, send, send_file, write};
pub(crate) use wait::{poll, sleep};
pub(crate) use watch::{
    WatchEvents, is_watched, register, register_readable, watch, watched, watcher,
};

use crate::Errno;

/// The `errno` of the call that has just failed on this thread.
fn last_errno() -> Errno {
    // `std` reads errno without allocating; a missing code would mean no system error at all.
    Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

/// Turns the usual `-1` of a system call into its errno.
#[inline]
fn check(result: libc::c_int) -> Result<libc::c_int, Errno> {
    if result < 0 { Err(last_errno()) } else { Ok(result) }
}

/// As [`check`], for calls that return a count of bytes.
#[inline]
fn check_length(result: libc::ssize_t) -> Result<usize, Errno> {
    usize::try_from(result).map_err(|_| last_errno())
}
