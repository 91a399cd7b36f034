//! Accepting connections whatever the machine is short of.

use std::time::{Duration, Instant};

use super::patience::{First, is_ready};
use super::pause::Pauses;
use super::{EventLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::{Address, Errno, Error, Handle, Interest, Scratch, Socket, sys};

/// The pauses after failures for which the listener is not to blame.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(5), Duration::from_secs(1));

/// Accepts one connection of a listener in non-blocking mode, `accept4(2)`. The output is the
/// connection, in blocking mode, and the address of its peer.
///
/// Where the process or the machine has no descriptor or no memory for it, the connection waits in
/// the listener's queue: this tries again after pauses of 5 ms to 1 s. Connections that have failed
/// before they are accepted are passed over.
#[derive(Debug)]
pub struct AcceptPatiently<H> {
    listener: H,
    pauses: Pauses,
    retry: Option<Instant>,
}

impl<H: Handle> AcceptPatiently<H> {
    /// Accepts a connection of `listener`.
    #[must_use]
    pub const fn new(listener: H) -> Self {
        AcceptPatiently { listener, pauses: PAUSES, retry: None }
    }

    /// Whether the last attempt has found that the process or the machine is short of something.
    pub(super) const fn is_short_of_something(&self) -> bool {
        self.retry.is_some()
    }
}

/// Whether the failure is that of a connection that was in the queue: `accept4` hands on what the
/// network had to say of it (`accept(2)`, "Error handling").
fn is_of_connection(errno: Errno) -> bool {
    matches!(
        errno.0,
        libc::ECONNABORTED
            | libc::ENETDOWN
            | libc::EPROTO
            | libc::ENOPROTOOPT
            | libc::EHOSTDOWN
            | libc::ENONET
            | libc::EHOSTUNREACH
            | libc::ENETUNREACH
    )
}

impl<H: Handle> Operation for AcceptPatiently<H> {
    const NAME: &'static str = "accept";
    type Output = (Socket, Address);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<(Socket, Address)>, Error> {
        self.retry = None;
        let accepted = self.listener.descriptor().and_then(|listener| {
            // By its number, for which nobody sets the kernel's time-out: it would do nothing here.
            patience.call(&listener, Interest::Readable, First::Try, |listener, _| {
                if !listener.is_still_nonblocking()? && !is_ready(listener, Interest::Readable)? {
                    return Err(Errno::AGAIN);
                }
                match sys::accept(listener, false) {
                    Err(errno) if is_of_connection(errno) => Err(Errno::INTR),
                    result => result,
                }
            })
        });
        match accepted {
            Ok(Some((connection, peer))) => Ok(Progress::Done((connection.into(), peer))),
            Ok(None) => Ok(Progress::Waiting),
            Err(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => {
                self.retry = Some(self.pauses.begin());
                Ok(Progress::Waiting)
            }
            Err(errno) => Err(errno.during(Self::NAME)),
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        match self.retry {
            Some(moment) => Wait::Until(moment),
            None => waits_for(&self.listener, Interest::Readable),
        }
    }
}
