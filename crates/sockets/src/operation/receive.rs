//! Receiving what has arrived, up to a limit.

use super::patience::{Blocking, FirstStep, SystemCall, is_ready};
use super::{EventLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::{Address, Descriptor, Errno, Error, Handle, Interest, Scratch, sys};

/// Receives what has arrived, at most `limit` bytes, `recv(2)`. The output is the count of bytes
/// in the scratch memory: 0 at the end of a stream, or for an empty datagram.
///
/// Descriptors that are not sockets are read from, `read(2)`.
#[derive(Debug)]
pub struct Receive<H = Descriptor> {
    handle: H,
    limit: usize,
    is_socket: bool,
}

impl<H: Handle> Receive<H> {
    /// Receives at most `limit` bytes from `handle`.
    #[must_use]
    pub const fn new(handle: H, limit: usize) -> Receive<H> {
        Receive { handle, limit, is_socket: true }
    }
}

#[cold]
fn read(descriptor: Descriptor, limit: usize, scratch: &mut Scratch) -> Result<usize, Errno> {
    // `read` has no flag like MSG_DONTWAIT.
    if !is_ready(descriptor, Interest::Readable)? {
        return Err(Errno::AGAIN);
    }
    scratch.fill(limit, |room| sys::read(descriptor, room))
}

/// The call that [`Receive`] makes.
struct ReceiveCall<'a> {
    limit: usize,
    is_socket: bool,
    scratch: &'a mut Scratch,
}

impl SystemCall for ReceiveCall<'_> {
    type Output = usize;

    #[inline(always)]
    fn make(&mut self, from: Descriptor, blocking: Blocking) -> Result<usize, Errno> {
        match self.is_socket {
            true => {
                self.scratch.fill(self.limit, |room| sys::receive(from, room, blocking.flags()))
            }
            false => read(from, self.limit, self.scratch),
        }
    }
}

impl<H: Handle> Operation for Receive<H> {
    const NAME: &'static str = "read";
    type Output = usize;

    #[inline(always)]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<usize>, Error> {
        loop {
            let (limit, is_socket) = (self.limit, self.is_socket);
            let receive = ReceiveCall { limit, is_socket, scratch };
            match patience.make(&self.handle, Interest::Readable, FirstStep::Call, receive) {
                Ok(Some(length)) => return Ok(Progress::Done(length)),
                Ok(None) => return Ok(Progress::Waiting),
                Err(Errno::NOTSOCK) if self.is_socket => self.is_socket = false,
                Err(errno) => return Err(errno.during(Self::NAME)),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}

/// Receives one message, at most `limit` bytes of it, and the address of its sender, `recvfrom(2)`. The output is
/// the count of bytes in the scratch memory and the address, which has no bytes on a connected
/// stream.
#[derive(Debug)]
pub struct ReceiveFrom<H = Descriptor> {
    handle: H,
    limit: usize,
}

impl<H: Handle> ReceiveFrom<H> {
    /// Receives at most `limit` bytes of a message from `handle`.
    #[must_use]
    pub const fn new(handle: H, limit: usize) -> ReceiveFrom<H> {
        ReceiveFrom { handle, limit }
    }
}

impl<H: Handle> Operation for ReceiveFrom<H> {
    const NAME: &'static str = "recvfrom";
    type Output = (usize, Address);

    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<(usize, Address)>, Error> {
        let received =
            patience.call(&self.handle, Interest::Readable, FirstStep::Call, |from, blocking| {
                let mut sender = None;
                let length = scratch.fill(self.limit, |room| {
                    let (bytes, address) = sys::receive_from(from, room, blocking.flags())?;
                    sender = Some(address);
                    Ok(bytes)
                })?;
                sender.map(|sender| (length, sender)).ok_or(Errno::INTR)
            });
        Ok(received.map_err(|errno| errno.during(Self::NAME))?.into())
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
