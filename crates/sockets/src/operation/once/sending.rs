//! Sending in the socket's own mode.

use super::Manner;
use crate::operation::patience::has_error;
use crate::operation::send::FullPeer;
use crate::operation::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Descriptor, Errno, Error, Handle, Scratch};

/// A system call that sends, until all is sent where the socket is in blocking mode.
pub(super) struct Sending<H, C> {
    pub(super) name: &'static str,
    pub(super) handle: H,
    pub(super) manner: Manner,
    /// How many bytes there are, and how many of them have been sent.
    pub(super) length: usize,
    pub(super) sent: usize,
    /// Where to, if the socket is not connected.
    pub(super) peer: FullPeer,
    /// Makes the call for the bytes behind those that have been sent, with these further flags.
    pub(super) call: C,
}

impl<H: Handle, C: FnMut(Descriptor, usize, i32) -> Result<usize, Errno>> Sending<H, C> {
    #[inline(always)]
    fn send(&mut self, patience: &Patience<'_, impl EventLoop>) -> Result<Progress<usize>, Errno> {
        let descriptor = self.handle.descriptor()?;
        if let Patience::Kernel(_) = patience {
            return (self.call)(descriptor, 0, 0).map(Progress::Done);
        }
        let (manner, call) = (self.manner, &mut self.call);
        match manner.without_waiting(descriptor, |flags| call(descriptor, self.sent, flags)) {
            Ok(length) if self.sent + length >= self.length => {
                Ok(Progress::Done(self.sent + length))
            }
            result => self.go_on(descriptor, result),
        }
    }

    /// What comes of a call that has not sent all.
    #[cold]
    fn go_on(
        &mut self,
        descriptor: Descriptor,
        mut result: Result<usize, Errno>,
    ) -> Result<Progress<usize>, Errno> {
        loop {
            match result {
                // The end of a file.
                Ok(0) => return Ok(Progress::Done(self.sent)),
                Ok(length) => self.sent += length,
                Err(Errno::AGAIN) if self.manner.waits(descriptor)? => {
                    self.peer.found();
                    return Ok(Progress::Waiting);
                }
                Err(errno) if self.sent == 0 => return Err(errno),
                Err(_) => return Ok(Progress::Done(self.sent)),
            }
            let is_all = self.sent >= self.length;
            if is_all || !self.manner.waits(descriptor)? || has_error(descriptor)? {
                return Ok(Progress::Done(self.sent));
            }
            let (sent, call) = (self.sent, &mut self.call);
            result = self.manner.without_waiting(descriptor, |flags| call(descriptor, sent, flags));
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
        self.peer.waits_for(&self.handle)
    }

    fn end_early(&mut self, _: &mut Scratch, reason: Error) -> Result<usize, Error> {
        if self.sent > 0 { Ok(self.sent) } else { Err(reason) }
    }
}
