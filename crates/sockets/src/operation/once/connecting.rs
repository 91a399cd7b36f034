//! Connecting in the socket's own mode.

use super::DontWait;
use crate::operation::backoff::Backoff;
use crate::operation::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{
    Address, Cause, Descriptor, Errno, Error, Family, Handle, Interest, Scratch, is_interrupted,
    sys,
};

/// Connects a socket, `connect(2)`. On a socket in non-blocking mode, an attempt that is in progress is the error
/// `EINPROGRESS`. A signal does not end an attempt that is in progress.
///
/// Where the time-out of a socket in blocking mode ends the wait, the error is the one that the kernel gives then:
/// `EINPROGRESS`, `EALREADY` where an earlier call has begun the attempt, or `EAGAIN` at a unix listener whose
/// backlog is full.
pub fn connect(handle: impl Handle, address: Address) -> impl Operation<Output = ()> {
    Connect { handle, address, begun: None, backoff: Backoff::FULL_BACKLOG }
}

struct Connect<H> {
    handle: H,
    address: Address,
    /// What the first call has returned, where that was not the end.
    begun: Option<Errno>,
    backoff: Backoff,
}

impl<H: Handle> Connect<H> {
    fn call(&mut self, descriptor: Descriptor) -> Result<(), Errno> {
        loop {
            match sys::connect(descriptor, &self.address) {
                Err(Errno::INTR) if is_interrupted() => return Err(Errno::INTR),
                Err(Errno::INTR) => self.begun = self.begun.or(Some(Errno::INTR)),
                Err(Errno::ISCONN) if self.begun.is_some() => return Ok(()),
                result => return result,
            }
        }
    }

    fn connect(&mut self, patience: &Patience<'_, impl EventLoop>) -> Result<Progress<()>, Errno> {
        let descriptor = self.handle.descriptor()?;
        if let Patience::Kernel(_) = patience {
            return self.call(descriptor).map(Progress::Done);
        }
        self.backoff.end();
        let errno = match DontWait::SetMode.without_waiting(descriptor, |_| self.call(descriptor)) {
            Ok(()) => return Ok(Progress::Done(())),
            Err(errno) => errno,
        };
        let is_backlog_full = errno == Errno::AGAIN && self.address.family() == Some(Family::Unix);
        let is_in_progress = matches!(errno, Errno::INPROGRESS | Errno::ALREADY);
        if !(is_backlog_full || is_in_progress) || !DontWait::SetMode.allows_waiting(descriptor)? {
            return Err(errno);
        }
        if is_backlog_full {
            self.backoff.begin();
        }
        self.begun = self.begun.or(Some(errno));
        Ok(Progress::Waiting)
    }
}

impl<H: Handle> Operation for Connect<H> {
    const NAME: &'static str = "connect";
    type Output = ();

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<()>, Error> {
        self.connect(&patience).map_err(|errno| errno.during(Self::NAME))
    }

    fn waits_for(&self) -> Wait<'_> {
        self.backoff.waits_for(&self.handle, Interest::Writable)
    }

    fn end_early(&mut self, _: &mut Scratch, reason: Error) -> Result<(), Error> {
        match self.begun {
            Some(errno) if reason.cause == Cause::TimedOut => Err(errno.during(Self::NAME)),
            _ => Err(reason),
        }
    }
}
