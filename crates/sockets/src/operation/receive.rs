//! Receiving what has arrived, up to a limit.

use super::{Operation, Patience, Progress, Wait};
use crate::{Address, Descriptor, Errno, Error, Interest, PollEntry, Scratch, sys};

/// The flags for one attempt: a call on a socket in blocking mode must not wait, unless it may do
/// so without end.
pub(super) fn flags(patience: &Patience<'_>) -> i32 {
    match patience {
        Patience::Kernel(deadline) if deadline.is_never() => 0,
        _ => libc::MSG_DONTWAIT,
    }
}

/// Whether a descriptor without a flag for "do not wait" is ready.
pub(super) fn is_ready(descriptor: Descriptor, interest: Interest) -> Result<bool, Errno> {
    // `poll` passes negative numbers over in silence.
    if descriptor.number() < 0 {
        return Err(Errno::BADF);
    }
    let mut entry = [PollEntry::new(descriptor, interest.events())];
    loop {
        match sys::poll(&mut entry, Some(std::time::Duration::ZERO)) {
            Err(Errno::INTR) => {}
            ready => return ready.map(|count| count > 0),
        }
    }
}

/// Receives what has arrived, at most `limit` bytes, `recv(2)`. The output is the count of bytes
/// in the scratch memory: 0 at the end of a stream, or for an empty datagram.
///
/// Descriptors that are no sockets are read, `read(2)`.
#[derive(Debug)]
pub struct Receive {
    descriptor: Descriptor,
    limit: usize,
    is_socket: bool,
}

impl Receive {
    /// Receives at most `limit` bytes from `descriptor`.
    #[must_use]
    pub const fn new(descriptor: Descriptor, limit: usize) -> Receive {
        Receive { descriptor, limit, is_socket: true }
    }

    fn read(&self, scratch: &mut Scratch) -> Result<usize, Errno> {
        // `read` on a descriptor in blocking mode would wait whatever the patience.
        if !is_ready(self.descriptor, Interest::Readable)? {
            return Err(Errno::AGAIN);
        }
        scratch.fill(self.limit, |room| sys::read(self.descriptor, room))
    }
}

impl Operation for Receive {
    const NAME: &'static str = "read";
    type Output = usize;

    #[inline]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<usize>, Error> {
        let flags = flags(&patience);
        loop {
            let result = if self.is_socket {
                scratch.fill(self.limit, |room| sys::receive(self.descriptor, room, flags))
            } else {
                self.read(scratch)
            };
            match result {
                Ok(length) => return Ok(Progress::Done(length)),
                Err(Errno::AGAIN) => return Ok(Progress::Waiting),
                Err(Errno::NOTSOCK) if self.is_socket => self.is_socket = false,
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.during(Self::NAME)),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Descriptor(self.descriptor, Interest::Readable)
    }
}

/// Receives one message with its sender, at most `limit` bytes of it, `recvfrom(2)`. The output is
/// the count of bytes in the scratch memory and the sender, which has no bytes on a connected
/// stream.
#[derive(Debug)]
pub struct ReceiveFrom {
    descriptor: Descriptor,
    limit: usize,
}

impl ReceiveFrom {
    /// Receives at most `limit` bytes of a message from `descriptor`.
    #[must_use]
    pub const fn new(descriptor: Descriptor, limit: usize) -> ReceiveFrom {
        ReceiveFrom { descriptor, limit }
    }
}

impl Operation for ReceiveFrom {
    const NAME: &'static str = "recvfrom";
    type Output = (usize, Address);

    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<(usize, Address)>, Error> {
        let flags = flags(&patience);
        loop {
            let mut sender = None;
            let result = scratch.fill(self.limit, |room| {
                let (bytes, address) = sys::receive_from(self.descriptor, room, flags)?;
                sender = Some(address);
                Ok(bytes)
            });
            match (result, sender) {
                (Ok(length), Some(sender)) => return Ok(Progress::Done((length, sender))),
                (Ok(_), None) | (Err(Errno::INTR), _) => {}
                (Err(Errno::AGAIN), _) => return Ok(Progress::Waiting),
                (Err(errno), _) => return Err(errno.during(Self::NAME)),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Descriptor(self.descriptor, Interest::Readable)
    }
}
