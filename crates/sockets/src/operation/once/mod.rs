//! One system call, in the socket's own mode.
//!
//! These operations are for APIs that expose the system calls as they are. The socket decides whether such a call
//! waits: in blocking mode the call waits, for `SO_RCVTIMEO` or `SO_SNDTIMEO` at the longest; in non-blocking mode
//! the call never waits. Errors such as `EAGAIN` and `EINTR` end the operation.
//!
//! With a driver that lets the kernel wait, the operation is one system call. With any other driver, and a socket in
//! blocking mode, the operation does what the kernel does there: it waits, it sends all bytes, and it receives
//! as many as `MSG_WAITALL` and `SO_RCVLOWAT` ask for. The caller must give such a driver the socket's time-out;
//! where that ends the operation, the result is what has been sent or received by then.

mod accepting;
mod bytes;
mod connecting;
mod message;
mod receiving;
mod sending;

pub use accepting::accept;
pub use bytes::{receive, receive_from, send, send_file};
pub use connecting::connect;
pub use message::{
    IncomingMessage, OutgoingMessage, ROOM_FOR_ONE_DESCRIPTOR, receive_message, send_message,
};

use super::patience;
use crate::{Descriptor, Errno, sys};

/// How an attempt keeps a system call from waiting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum DontWait {
    /// It adds the flag `MSG_DONTWAIT`.
    AddFlag,
    /// The caller has set the flag.
    HasFlag,
    /// It sets the mode of the socket: the call has no such flag.
    SetMode,
}

impl DontWait {
    const fn for_flags(flags: i32) -> DontWait {
        if flags & sys::linux::MSG_DONTWAIT == 0 { DontWait::AddFlag } else { DontWait::HasFlag }
    }

    /// Makes a call that does not wait. `call` gets the flags that it must add.
    fn without_waiting<T>(
        self,
        descriptor: Descriptor,
        call: impl FnOnce(i32) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        match self {
            DontWait::AddFlag | DontWait::HasFlag => call(sys::linux::MSG_DONTWAIT),
            DontWait::SetMode if sys::nonblocking(descriptor)? => call(0),
            DontWait::SetMode => patience::without_waiting(descriptor, || call(0)),
        }
    }

    /// Whether the call may wait: the socket is in blocking mode, and the caller has not set the flag.
    #[cold]
    fn allows_waiting(self, descriptor: Descriptor) -> Result<bool, Errno> {
        Ok(self != DontWait::HasFlag && !sys::nonblocking(descriptor)?)
    }
}
