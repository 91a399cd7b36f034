//! Connecting.

use std::time::Instant;

use super::Manner;
use crate::operation::pause::Pauses;
use crate::operation::{EventLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::{
    Address, Cause, Descriptor, Errno, Error, Family, Handle, Interest, Scratch, is_interrupted,
    sys,
};

/// Connects a socket, `connect(2)`. One in non-blocking mode that has begun to fails with
/// `EINPROGRESS`. A signal does not end a connection that is under way.
///
/// Where the time-out of a socket in blocking mode ends the wait, the error is that of the kernel for
/// this: `EINPROGRESS`, `EALREADY` where an earlier call has begun, `EAGAIN` at a unix listener whose
/// queue is full.
pub fn connect(handle: impl Handle, address: Address) -> impl Operation<Output = ()> {
    Connect { handle, address, begun: None, pauses: Pauses::FULL_QUEUE, retry: None }
}

struct Connect<H> {
    handle: H,
    address: Address,
    /// What the first call has said, where that was not the end.
    begun: Option<Errno>,
    pauses: Pauses,
    /// When to try again at a full queue.
    retry: Option<Instant>,
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
        self.retry = None;
        let errno = match Manner::Mode.without_waiting(descriptor, |_| self.call(descriptor)) {
            Ok(()) => return Ok(Progress::Done(())),
            Err(errno) => errno,
        };
        let is_full = errno == Errno::AGAIN && self.address.family() == Some(Family::Unix);
        let is_under_way = matches!(errno, Errno::INPROGRESS | Errno::ALREADY);
        if !(is_full || is_under_way) || !Manner::Mode.waits(descriptor)? {
            return Err(errno);
        }
        if is_full {
            self.retry = Some(self.pauses.begin());
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
        match self.retry {
            Some(moment) => Wait::Until(moment),
            None => waits_for(&self.handle, Interest::Writable),
        }
    }

    fn end_early(&mut self, _: &mut Scratch, reason: Error) -> Result<(), Error> {
        match self.begun {
            Some(errno) if reason.cause == Cause::TimedOut => Err(errno.during(Self::NAME)),
            _ => Err(reason),
        }
    }
}
