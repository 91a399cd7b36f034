//! Accepting in the socket's own mode.

use std::os::fd::OwnedFd;

use super::DontWait;
use crate::operation::{EventLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::{Address, Errno, Error, Handle, Interest, Scratch, Socket, sys};

/// Accepts a connection, `accept4(2)`. The output is the connection and the address of its peer.
pub fn accept(
    listener: impl Handle,
    nonblocking: bool,
) -> impl Operation<Output = (Socket, Address)> {
    Accept { listener, nonblocking }
}

struct Accept<H> {
    listener: H,
    /// The mode of the connection.
    nonblocking: bool,
}

impl<H: Handle> Accept<H> {
    fn accept(
        &self,
        patience: &Patience<'_, impl EventLoop>,
    ) -> Result<Option<(OwnedFd, Address)>, Errno> {
        let listener = self.listener.descriptor()?;
        let call = || sys::accept(listener, self.nonblocking);
        let accepted = match patience {
            Patience::Kernel(_) => call(),
            _ => match DontWait::SetMode.without_waiting(listener, |_| call()) {
                Err(Errno::AGAIN) if DontWait::SetMode.allows_waiting(listener)? => {
                    return Ok(None);
                }
                accepted => accepted,
            },
        };
        accepted.map(Some)
    }
}

impl<H: Handle> Operation for Accept<H> {
    const NAME: &'static str = "accept";
    type Output = (Socket, Address);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<(Socket, Address)>, Error> {
        Progress::of_accept(self.accept(&patience), Self::NAME)
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.listener, Interest::Readable)
    }
}
