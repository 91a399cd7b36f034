//! One attempt to connect a socket of this crate, which [`Connect`](super::Connect) and [`Race`](super::Race)
//! share.

use super::Progress;
use crate::{Address, Errno, Error, Socket, sys};

const NAME: &str = "connect";

/// What a call of `connect(2)` has come to.
pub(super) enum Attempt {
    Connected,
    /// The socket becomes writable when the kernel knows more.
    InProgress,
    /// The backlog of a unix listener is full: the attempt has not begun.
    BacklogFull,
    Failed(Error),
}

/// Begins to connect the socket. Later calls find out how far the kernel has come, and continue an attempt that a
/// signal has interrupted.
pub(super) fn attempt(socket: &Socket, address: &Address) -> Attempt {
    loop {
        return match sys::connect(socket.descriptor(), address) {
            Ok(()) | Err(Errno::ISCONN) => Attempt::Connected,
            Err(Errno::INTR) => continue,
            Err(Errno::INPROGRESS | Errno::ALREADY) => Attempt::InProgress,
            Err(Errno::AGAIN) if address.ip().is_none() => Attempt::BacklogFull,
            Err(errno) => Attempt::Failed(errno.during(NAME)),
        };
    }
}

/// Puts a connected socket into blocking mode, where it is not. Then the operation is done.
pub(super) fn finish(
    socket: Socket,
    address: Address,
    is_nonblocking: bool,
) -> Result<Progress<(Socket, Address)>, Error> {
    if is_nonblocking {
        sys::set_nonblocking(socket.descriptor(), false).map_err(|errno| errno.during(NAME))?;
    }
    Ok(Progress::Done((socket, address)))
}
