//! Accepting connections also when the process or the machine is short of resources.

use std::time::Duration;

use super::backoff::Backoff;
use super::patience::{FirstStep, is_ready};
use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Address, Errno, Error, Handle, Interest, Scratch, Socket, sys};

/// The pauses after a failure that is not the listener's.
const SHORTAGE: Backoff = Backoff::new(Duration::from_millis(5), Duration::from_secs(1));

/// Accepts one connection of a listener in non-blocking mode, `accept4(2)`. The output is the
/// connection, in blocking mode, and the address of its peer.
///
/// Where the process or the machine has no descriptor or no memory left, the connection stays in the listener's
/// backlog, and the operation tries again after pauses of 5 ms to 1 s. It skips connections that have failed
/// before they were accepted.
#[derive(Debug)]
pub struct AcceptWithRetries<H> {
    listener: H,
    backoff: Backoff,
}

impl<H: Handle> AcceptWithRetries<H> {
    /// Accepts a connection of `listener`.
    #[must_use]
    pub const fn new(listener: H) -> Self {
        AcceptWithRetries { listener, backoff: SHORTAGE }
    }

    /// Whether the last attempt has failed because the process or the machine is short of a resource.
    pub(super) fn is_short_of_resources(&self) -> bool {
        self.backoff.retry().is_some()
    }
}

/// Whether the failure is that of a connection in the backlog: `accept4` returns the network errors that are
/// pending on the new connection (`accept(2)`, "Error handling").
fn is_of_connection(errno: Errno) -> bool {
    matches!(
        errno.0,
        libc::ECONNABORTED
            | libc::ENETDOWN
            | libc::EPROTO
            | libc::ENOPROTOOPT
            | sys::linux::EHOSTDOWN
            | sys::linux::ENONET
            | libc::EHOSTUNREACH
            | libc::ENETUNREACH
    )
}

impl<H: Handle> Operation for AcceptWithRetries<H> {
    const NAME: &'static str = "accept";
    type Output = (Socket, Address);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<(Socket, Address)>, Error> {
        self.backoff.end();
        let accepted = self.listener.descriptor().and_then(|listener| {
            // A plain descriptor has no kernel time-out, which a listener in non-blocking mode would ignore.
            patience.call(&listener, Interest::Readable, FirstStep::Call, |listener, _| {
                if !listener.is_still_nonblocking()? && !is_ready(listener, Interest::Readable)? {
                    return Err(Errno::AGAIN);
                }
                match sys::accept(listener, false) {
                    Err(errno) if is_of_connection(errno) => Err(Errno::INTR),
                    result => result,
                }
            })
        });
        if let Err(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) = accepted {
            self.backoff.begin();
            return Ok(Progress::Waiting);
        }
        Progress::of_accept(accepted, Self::NAME)
    }

    fn waits_for(&self) -> Wait<'_> {
        self.backoff.waits_for(&self.listener, Interest::Readable)
    }
}
