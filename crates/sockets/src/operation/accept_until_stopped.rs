//! Accepting until the listener is stopped, and then what was connected by then.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::{AcceptWithRetries, EventLoop, Operation, Patience, Progress, Wait};
use crate::{Address, Errno, Error, Handle, Scratch, Socket};

/// How long handshakes may take that were under way when the listener was stopped. A client whose word is lost
/// repeats it after a second.
const HANDSHAKE: Duration = Duration::from_millis(1500);
/// How often to look for them.
const PAUSE: Duration = Duration::from_millis(5);

/// Whether a listener accepts no more but what has been connected before.
#[derive(Debug, Default)]
pub struct Stop {
    /// When there has been time enough for handshakes.
    end: Cell<Option<Instant>>,
}

impl Stop {
    /// Stops a listener: new clients are refused, and those who wait to accept try once more.
    ///
    /// # Errors
    /// Where there is no such socket. Where the kernel cannot refuse clients, the listener is stopped all
    /// the same, and a client that comes before it is closed is lost.
    pub fn stop(&self, listener: impl Handle) -> Result<(), Error> {
        let descriptor = listener.descriptor().map_err(|errno| errno.during("stop"))?;
        if self.end.get().is_none() {
            // A sandbox may allow no filters. There is no other way then.
            let _ = descriptor.refuse_connections();
            self.end.set(Some(Instant::now() + HANDSHAKE));
            descriptor.retry_readers();
        }
        Ok(())
    }
}

/// Accepts one connection as [`AcceptWithRetries`] does. The output is `None` when the listener has been stopped
/// and all who were connected by then have been accepted: it can be closed.
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

    /// Accepts what is left. A reactor may not have heard of it yet.
    fn accept_rest(
        &mut self,
        scratch: &mut Scratch,
        end: Instant,
    ) -> Result<Progress<Option<(Socket, Address)>>, Error> {
        let mut are_handshakes_over = false;
        loop {
            match self.accept.attempt(scratch, Patience::NONE) {
                Ok(Progress::Done(accepted)) => return Ok(Progress::Done(Some(accepted))),
                // There is no descriptor for it.
                Ok(Progress::Waiting) if self.accept.is_short_of_resources() => {
                    return Ok(Progress::Waiting);
                }
                Ok(Progress::Waiting) => {}
                // A unix listener that is shut down says so when its queue is empty.
                Err(error) if error.errno() == Some(Errno::INVAL) => {}
                Err(error) => return Err(error),
            }
            let now = Instant::now();
            if are_handshakes_over || now >= end {
                return Ok(Progress::Done(None));
            }
            // Where the kernel does not tell, there may be some.
            let descriptor = self.listener.descriptor().map_err(|errno| errno.during("accept"))?;
            if descriptor.has_handshakes().unwrap_or(true) {
                self.retry = Some(now + PAUSE);
                return Ok(Progress::Waiting);
            }
            // The last may have been completed in between.
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
            Some(moment) => Wait::Until(moment),
            None => self.accept.waits_for(),
        }
    }
}
