//! Accepting until the listener is stopped, and then the connections that are complete by then.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::{AcceptWithRetries, EventLoop, Operation, Patience, Progress, Wait};
use crate::{Address, Errno, Error, Handle, Scratch, Socket};

/// How long a stopped listener waits for handshakes that are in progress. A client whose packet is lost
/// repeats it after a second.
const HANDSHAKE: Duration = Duration::from_millis(1500);
/// The pause between two looks for handshakes.
const PAUSE: Duration = Duration::from_millis(5);

/// Whether a listener is stopped: it then accepts only the connections that have been made before.
#[derive(Debug, Default)]
pub struct Stop {
    /// When to stop waiting for handshakes; `None` where the listener is not stopped.
    end: Cell<Option<Instant>>,
}

impl Stop {
    /// Stops a listener: the kernel refuses new clients, and waiting operations attempt to accept once more. Where the
    /// kernel cannot refuse clients, the listener is stopped all the same, and loses a client that connects before
    /// the listener is closed.
    ///
    /// # Errors
    /// `EBADF` where the listener is closed.
    pub fn stop(&self, listener: impl Handle) -> Result<(), Error> {
        let descriptor = listener.descriptor().map_err(|errno| errno.during("stop"))?;
        if self.end.get().is_none() {
            // A sandbox can forbid socket filters. Then new clients cannot be refused.
            let _ = descriptor.refuse_connections();
            self.end.set(Some(Instant::now() + HANDSHAKE));
            descriptor.retry_readers();
        }
        Ok(())
    }
}

/// Accepts one connection as [`AcceptWithRetries`] does. The output is `None` when the listener has been stopped
/// and all its connections have been accepted: the caller can close it.
#[derive(Debug)]
pub struct AcceptUntilStopped<'a, H> {
    accept: AcceptWithRetries<&'a H>,
    listener: &'a H,
    stop: &'a Stop,
    retry: Option<Instant>,
}

impl<'a, H> AcceptUntilStopped<'a, H>
where
    &'a H: Handle,
{
    /// Accepts a connection of `listener`, which is in non-blocking mode, until `stop`.
    #[must_use]
    pub const fn new(listener: &'a H, stop: &'a Stop) -> Self {
        AcceptUntilStopped { accept: AcceptWithRetries::new(listener), listener, stop, retry: None }
    }

    /// Accepts the connections that are left. It asks the kernel, which can have connections that it has not reported
    /// to the event loop yet.
    fn accept_rest(
        &mut self,
        scratch: &mut Scratch,
        end: Instant,
    ) -> Result<Progress<Option<(Socket, Address)>>, Error> {
        let mut are_handshakes_over = false;
        loop {
            match self.accept.attempt(scratch, Patience::NONE) {
                Ok(Progress::Done(accepted)) => return Ok(Progress::Done(Some(accepted))),
                // A connection can be left that there is no descriptor for.
                Ok(Progress::Waiting) if self.accept.is_short_of_resources() => {
                    return Ok(Progress::Waiting);
                }
                Ok(Progress::Waiting) => {}
                // A unix listener that is shut down fails so when its backlog is empty.
                Err(error) if error.errno() == Some(Errno::INVAL) => {}
                Err(error) => return Err(error),
            }
            let now = Instant::now();
            if are_handshakes_over || now >= end {
                return Ok(Progress::Done(None));
            }
            // Where the kernel cannot tell, there can be handshakes.
            let descriptor = self.listener.descriptor().map_err(|errno| errno.during("accept"))?;
            if descriptor.has_handshakes().unwrap_or(true) {
                self.retry = Some(now + PAUSE);
                return Ok(Progress::Waiting);
            }
            // The last handshake can have been completed since the attempt.
            are_handshakes_over = true;
        }
    }
}

impl<'a, H> Operation for AcceptUntilStopped<'a, H>
where
    &'a H: Handle,
{
    const NAME: &'static str = "accept";
    type Output = Option<(Socket, Address)>;

    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Self::Output>, Error> {
        self.retry = None;
        match self.stop.end.get() {
            Some(end) => self.accept_rest(scratch, end),
            None => Ok(match self.accept.attempt(scratch, patience)? {
                Progress::Done(accepted) => Progress::Done(Some(accepted)),
                Progress::Waiting => Progress::Waiting,
            }),
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        match self.retry {
            Some(retry) => Wait::Until(retry),
            None => self.accept.waits_for(),
        }
    }
}
