//! One system call, in the socket's own mode.
//!
//! For APIs that give their users the system's calls as they are. Whether such a call waits is the
//! socket's affair: in blocking mode it does, as long as its `SO_RCVTIMEO` or `SO_SNDTIMEO` lets it;
//! in non-blocking mode it never does. `EAGAIN`, `EINTR` and the like end the operation as errors.
//!
//! A driver that may let the kernel wait makes one system call. For another driver, the operation does
//! on a socket in blocking mode what the kernel does there: it waits, it sends all, and it receives as
//! much as `MSG_WAITALL` and `SO_RCVLOWAT` ask for. Such a driver gets the socket's time-out as its own;
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

/// How a call is kept from waiting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Manner {
    /// By the flag `MSG_DONTWAIT`.
    Flag,
    /// It has the flag already.
    NeverWaits,
    /// By the mode of the socket only.
    Mode,
}

impl Manner {
    const fn of(flags: i32) -> Manner {
        if flags & libc::MSG_DONTWAIT == 0 { Manner::Flag } else { Manner::NeverWaits }
    }

    /// Makes a call so that it does not wait. The call gets the further flags with which it is to be made.
    fn without_waiting<T>(
        self,
        descriptor: Descriptor,
        call: impl FnOnce(i32) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        match self {
            Manner::Flag | Manner::NeverWaits => call(libc::MSG_DONTWAIT),
            Manner::Mode if sys::nonblocking(descriptor)? => call(0),
            Manner::Mode => patience::without_waiting(descriptor, || call(0)),
        }
    }

    /// Whether the call waits where it has to.
    #[cold]
    fn waits(self, descriptor: Descriptor) -> Result<bool, Errno> {
        Ok(self != Manner::NeverWaits && !sys::nonblocking(descriptor)?)
    }
}
