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

use super::{Operation, Patience, Progress, Wait};
use crate::{Descriptor, Errno, Error, Interest, Scratch, sys};

/// A system call to be made. It gets the flags with which it has to be made, if it takes any.
pub struct Once<C> {
    name: &'static str,
    descriptor: Descriptor,
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

impl<T, C: FnMut(&mut Scratch, i32) -> Result<T, Errno>> Once<C> {
    /// Makes the call on a socket that may be in blocking mode, so that it does not wait.
    fn try_now(&mut self, scratch: &mut Scratch) -> Result<T, Errno> {
        if !matches!(self.manner, Manner::Mode) {
            return (self.call)(scratch, libc::MSG_DONTWAIT);
        }
        if sys::nonblocking(self.descriptor)? {
            return (self.call)(scratch, 0);
        }
        sys::set_nonblocking(self.descriptor, true)?;
        let result = (self.call)(scratch, 0);
        sys::set_nonblocking(self.descriptor, false)?;
        result
    }

    fn waits(&self) -> Result<bool, Errno> {
        Ok(!matches!(self.manner, Manner::NeverWaits) && !sys::nonblocking(self.descriptor)?)
    }
}

impl<T, C: FnMut(&mut Scratch, i32) -> Result<T, Errno>> Operation for Once<C> {
    const NAME: &'static str = "socket call";
    type Output = T;

    #[inline]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<T>, Error> {
        let result = match patience {
            Patience::Kernel(_) => (self.call)(scratch, 0),
            Patience::None => match self.try_now(scratch) {
                Err(errno @ (Errno::AGAIN | Errno::INPROGRESS | Errno::ALREADY)) => {
                    match self.waits() {
                        Ok(true) => return Ok(Progress::Waiting),
                        Ok(false) => Err(errno),
                        Err(errno) => Err(errno),
                    }
                }
                result => result,
            },
        };
        result.map(Progress::Done).map_err(|errno| errno.during(self.name))
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Descriptor(self.descriptor, self.interest)
    }
}

impl<C> std::fmt::Debug for Once<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Once").field("name", &self.name).field("on", &self.descriptor).finish()
    }
}
