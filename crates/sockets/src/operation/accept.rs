//! Accepting a connection.

use super::receive::is_ready;
use super::{Operation, Patience, Progress, Wait};
use crate::{Address, Descriptor, Errno, Error, Interest, Scratch, Socket, sys};

/// Accepts one connection of a listening socket, `accept4(2)`. The output is the connection, in
/// blocking mode, and the address of its peer.
#[derive(Debug)]
pub struct Accept {
    listener: Descriptor,
}

impl Accept {
    /// Accepts a connection of `listener`.
    #[must_use]
    pub const fn new(listener: Descriptor) -> Accept {
        Accept { listener }
    }
}

impl Operation for Accept {
    const NAME: &'static str = "accept";
    type Output = (Socket, Address);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<(Socket, Address)>, Error> {
        let may_block = matches!(patience, Patience::Kernel(deadline) if deadline.is_never());
        loop {
            // There is no flag that keeps `accept` on a socket in blocking mode from waiting.
            if !may_block {
                match is_ready(self.listener, Interest::Readable) {
                    Ok(false) => return Ok(Progress::Waiting),
                    Ok(true) => {}
                    Err(errno) => return Err(errno.during(Self::NAME)),
                }
            }
            match sys::accept(self.listener, false) {
                Ok((connection, peer)) => return Ok(Progress::Done((connection.into(), peer))),
                Err(Errno::AGAIN) => return Ok(Progress::Waiting),
                // The connection was gone before it was accepted: the next one, then.
                Err(Errno::INTR | Errno::CONNABORTED) => {}
                Err(errno) => return Err(errno.during(Self::NAME)),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Descriptor(self.listener, Interest::Readable)
    }
}
