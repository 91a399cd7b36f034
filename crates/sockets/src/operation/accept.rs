//! Accepting a connection.

use super::patience::{Blocking, First, is_ready};
use super::{EventLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::options::ACCEPTS_CONNECTIONS;
use crate::{Address, Descriptor, Errno, Error, Handle, Interest, Scratch, Socket, sys};

/// Accepts one connection of a listening socket, `accept4(2)`. The output is the connection, and the
/// address of its peer.
#[derive(Debug)]
pub struct Accept<H = Descriptor> {
    listener: H,
    nonblocking: bool,
}

impl<H: Handle> Accept<H> {
    /// Accepts a connection of `listener`, in blocking mode.
    #[must_use]
    pub const fn new(listener: H) -> Accept<H> {
        Accept { listener, nonblocking: false }
    }

    /// Accepts a connection of a `listener` in non-blocking mode, which needs not be asked first
    /// whether it has one. The connection is in non-blocking mode too.
    #[must_use]
    pub const fn nonblocking(listener: H) -> Accept<H> {
        Accept { listener, nonblocking: true }
    }
}

/// Whether `accept` would wait. On what does not listen, it fails at once and says why.
#[cold]
fn listens(descriptor: Descriptor) -> bool {
    descriptor.option(&ACCEPTS_CONNECTIONS).unwrap_or(false)
}

impl<H: Handle> Operation for Accept<H> {
    const NAME: &'static str = "accept";
    type Output = (Socket, Address);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<(Socket, Address)>, Error> {
        let nonblocking = self.nonblocking;
        let accepted = patience.call(
            &self.listener,
            Interest::Readable,
            First::Prepare,
            |listener, blocking| {
                // There is no flag that keeps `accept` on a socket in blocking mode from waiting.
                let may_wait = blocking == Blocking::Yes
                    || (nonblocking && listener.is_still_nonblocking()?);
                if !may_wait && !is_ready(listener, Interest::Readable)? && listens(listener) {
                    return Err(Errno::AGAIN);
                }
                match sys::accept(listener, nonblocking) {
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
