//! One system call, in the socket's own mode.
//!
//! For APIs that give their users the system's calls as they are. Whether such a call waits is the
//! socket's affair: in blocking mode it does, as long as its `SO_RCVTIMEO` or `SO_SNDTIMEO` lets it;
//! in non-blocking mode it never does. `EAGAIN`, `EINTR` and the like end the operation as errors.
//!
//! A driver that may let the kernel wait makes one system call. For another, a call on a socket in
//! blocking mode is tried until it need not wait; such a driver gets the socket's time-out as its
//! own.

mod bytes;
mod connection;
mod message;

pub use bytes::{receive, receive_from, send, send_file};
pub use connection::{accept, connect};
pub use message::{
    IncomingMessage, OutgoingMessage, ROOM_FOR_ONE_DESCRIPTOR, receive_message, send_message,
};

use super::patience::without_waiting;
use super::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Descriptor, Errno, Error, Handle, Interest, Scratch, sys};

/// A system call to be made. It gets the flags with which it has to be made, if it takes any.
pub struct Once<H, C> {
    name: &'static str,
    handle: H,
    interest: Interest,
    manner: Manner,
    call: C,
}

/// How a call is kept from waiting.
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
}

impl<T, H: Handle, C: FnMut(Descriptor, &mut Scratch, i32) -> Result<T, Errno>> Once<H, C> {
    /// Makes the call on a socket that may be in blocking mode, so that it does not wait.
    fn try_now(&mut self, descriptor: Descriptor, scratch: &mut Scratch) -> Result<T, Errno> {
        if !matches!(self.manner, Manner::Mode) {
            return (self.call)(descriptor, scratch, libc::MSG_DONTWAIT);
        }
        if sys::nonblocking(descriptor)? {
            return (self.call)(descriptor, scratch, 0);
        }
        without_waiting(descriptor, || (self.call)(descriptor, scratch, 0))
    }

    /// Whether the call is one that waits.
    fn waits(&self, descriptor: Descriptor) -> Result<bool, Errno> {
        Ok(!matches!(self.manner, Manner::NeverWaits) && !sys::nonblocking(descriptor)?)
    }

    #[inline(always)]
    fn once(
        &mut self,
        scratch: &mut Scratch,
        patience: &Patience<'_>,
    ) -> Result<Progress<T>, Errno> {
        let descriptor = self.handle.descriptor()?;
        if let Patience::Kernel(_) = patience {
            return (self.call)(descriptor, scratch, 0).map(Progress::Done);
        }
        match self.try_now(descriptor, scratch) {
            Err(Errno::AGAIN | Errno::INPROGRESS | Errno::ALREADY) if self.waits(descriptor)? => {
                Ok(Progress::Waiting)
            }
            result => result.map(Progress::Done),
        }
    }
}

impl<T, H: Handle, C: FnMut(Descriptor, &mut Scratch, i32) -> Result<T, Errno>> Operation
    for Once<H, C>
{
    const NAME: &'static str = "socket call";
    type Output = T;

    #[inline(always)]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<T>, Error> {
        self.once(scratch, &patience).map_err(|errno| errno.during(self.name))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, self.interest)
    }
}

impl<H: Handle, C> std::fmt::Debug for Once<H, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Once")
            .field("name", &self.name)
            .field("on", &self.handle.descriptor())
            .finish()
    }
}
