//! Accepting a connection.

use super::patience::{Blocking, First, is_ready};
use super::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Address, Descriptor, Errno, Error, Handle, Interest, Scratch, Socket, sys};

/// Accepts one connection of a listening socket, `accept4(2)`. The output is the connection, in
/// blocking mode, and the address of its peer.
#[derive(Debug)]
pub struct Accept<H = Descriptor> {
    listener: H,
}

impl<H: Handle> Accept<H> {
    /// Accepts a connection of `listener`.
    #[must_use]
    pub const fn new(listener: H) -> Accept<H> {
        Accept { listener }
    }
}

impl<H: Handle> Operation for Accept<H> {
    const NAME: &'static str = "accept";
    type Output = (Socket, Address);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_>,
    ) -> Result<Progress<(Socket, Address)>, Error> {
        // There is no flag that keeps `accept` on a socket in blocking mode from waiting.
        let accepted = patience.call(
            &self.listener,
            Interest::Readable,
            First::Prepare,
            |listener, blocking| {
                if blocking == Blocking::No && !is_ready(listener, Interest::Readable)? {
                    return Err(Errno::AGAIN);
                }
                match sys::accept(listener) {
                    // The connection was gone before it was accepted: the next one, then.
                    Err(Errno::CONNABORTED) => Err(Errno::INTR),
                    result => result,
                }
            },
        );
        match accepted {
            Ok(Some((connection, peer))) => Ok(Progress::Done((connection.into(), peer))),
            Ok(None) => Ok(Progress::Waiting),
            Err(errno) => Err(errno.during(Self::NAME)),
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.listener, Interest::Readable)
    }
}
