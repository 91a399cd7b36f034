//! Sending in the socket's own mode.

use super::DontWait;
use crate::operation::patience::has_error;
use crate::operation::send::PeerQueue;
use crate::operation::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Descriptor, Errno, Error, Handle, Scratch};

/// A system call that sends. On a socket in blocking mode, the operation repeats it until all bytes are sent.
pub(super) struct Sending<H, C> {
    pub(super) name: &'static str,
    pub(super) handle: H,
    pub(super) dont_wait: DontWait,
    /// How many bytes there are, and how many of them have been sent.
    pub(super) length: usize,
    pub(super) sent: usize,
    /// The queue of the destination, if the socket is not connected.
    pub(super) peer_queue: PeerQueue,
    /// Makes the call for the bytes behind the first so many, with these additional flags.
    pub(super) call: C,
}

impl<H: Handle, C: FnMut(Descriptor, usize, i32) -> Result<usize, Errno>> Sending<H, C> {
    #[inline(always)]
    fn send(&mut self, patience: &Patience<'_, impl EventLoop>) -> Result<Progress<usize>, Errno> {
        let descriptor = self.handle.descriptor()?;
        if let Patience::Kernel(_) = patience {
            return (self.call)(descriptor, 0, 0).map(Progress::Done);
        }
        let (dont_wait, call) = (self.dont_wait, &mut self.call);
        match dont_wait.without_waiting(descriptor, |flags| call(descriptor, self.sent, flags)) {
            Ok(length) if self.sent + length >= self.length => {
                Ok(Progress::Done(self.sent + length))
            }
            result => self.send_rest(descriptor, result),
        }
    }

    /// Handles the result of a call that has not sent all bytes, and makes further calls.
    #[cold]
    fn send_rest(
        &mut self,
        descriptor: Descriptor,
        mut result: Result<usize, Errno>,
    ) -> Result<Progress<usize>, Errno> {
        loop {
            match result {
                // The end of a file.
                Ok(0) => return Ok(Progress::Done(self.sent)),
                Ok(length) => self.sent += length,
                Err(Errno::AGAIN) if self.dont_wait.allows_waiting(descriptor)? => {
                    self.peer_queue.note_full();
                    return Ok(Progress::Waiting);
                }
                Err(errno) if self.sent == 0 => return Err(errno),
                Err(_) => return Ok(Progress::Done(self.sent)),
            }
            let is_complete = self.sent >= self.length;
            if is_complete || !self.dont_wait.allows_waiting(descriptor)? || has_error(descriptor)?
            {
                return Ok(Progress::Done(self.sent));
            }
            let (sent, call) = (self.sent, &mut self.call);
            result =
                self.dont_wait.without_waiting(descriptor, |flags| call(descriptor, sent, flags));
        }
    }
}

impl<H: Handle, C: FnMut(Descriptor, usize, i32) -> Result<usize, Errno>> Operation
    for Sending<H, C>
{
    const NAME: &'static str = "send";
    type Output = usize;

    #[inline(always)]
    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<usize>, Error> {
        self.send(&patience).map_err(|errno| errno.during(self.name))
    }

    fn waits_for(&self) -> Wait<'_> {
        self.peer_queue.waits_for(&self.handle)
    }

    fn end_early(&mut self, _: &mut Scratch, reason: Error) -> Result<usize, Error> {
        if self.sent > 0 { Ok(self.sent) } else { Err(reason) }
    }
}
