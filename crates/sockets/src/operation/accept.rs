//! Accepting a connection.

use std::os::fd::OwnedFd;

use super::patience::{Blocking, FirstStep, is_ready};
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
    /// Accepts a connection of `listener`, which is in blocking mode. The connection is in blocking mode too.
    #[must_use]
    pub const fn new(listener: H) -> Accept<H> {
        Accept { listener, nonblocking: false }
    }

    /// Accepts a connection of `listener`, which is in non-blocking mode. The connection is in non-blocking mode
    /// too. This saves the system call that looks for a connection first.
    #[must_use]
    pub const fn nonblocking(listener: H) -> Accept<H> {
        Accept { listener, nonblocking: true }
    }
}

/// Whether the socket listens. On one that does not, `accept` fails at once with the reason.
#[cold]
fn listens(descriptor: Descriptor) -> bool {
    descriptor.option(&ACCEPTS_CONNECTIONS).unwrap_or(false)
}

impl Progress<(Socket, Address)> {
    /// The progress that `accept4` has made; `None` where it would have to wait.
    pub(super) fn of_accept(
        accepted: Result<Option<(OwnedFd, Address)>, Errno>,
        operation: &'static str,
    ) -> Result<Self, Error> {
        let accepted = accepted.map_err(|errno| errno.during(operation))?;
        Ok(accepted.map(|(connection, peer)| (Socket::from(connection), peer)).into())
    }
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
            FirstStep::SetTimeout,
            |listener, blocking| {
                // `accept4` has no flag like MSG_DONTWAIT. On a socket in blocking mode only `poll` can tell
                // that it would wait.
                let can_call = blocking == Blocking::Yes
                    || (nonblocking && listener.is_still_nonblocking()?);
                if !can_call && !is_ready(listener, Interest::Readable)? && listens(listener) {
                    return Err(Errno::AGAIN);
                }
                match sys::accept(listener, nonblocking) {
                    // The peer has reset this connection already: the next one is tried.
                    Err(Errno::CONNABORTED) => Err(Errno::INTR),
                    result => result,
                }
            },
        );
        Progress::of_accept(accepted, Self::NAME)
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.listener, Interest::Readable)
    }
}
