//! Sending what the system takes.

use super::receive::{flags, is_ready};
use super::{Operation, Patience, Progress, Wait};
use crate::{Address, Descriptor, Errno, Error, Interest, Scratch, sys};

/// What a pipe that is ready takes without waiting, POSIX's least `PIPE_BUF` on Linux.
const PIPE_BUFFER: usize = libc::PIPE_BUF;

/// Sends bytes from where they lie, `send(2)` or `sendto(2)`. The output is the count of bytes that
/// one system call took. `SIGPIPE` is never raised.
///
/// Descriptors that are no sockets are written, `write(2)`.
#[derive(Debug)]
pub struct Send<'a> {
    descriptor: Descriptor,
    bytes: &'a [u8],
    destination: Option<Address>,
    is_socket: bool,
}

impl<'a> Send<'a> {
    /// Sends to the peer of `descriptor`.
    #[must_use]
    pub const fn new(descriptor: Descriptor, bytes: &'a [u8]) -> Send<'a> {
        Send { descriptor, bytes, destination: None, is_socket: true }
    }

    /// Sends a message to `destination`.
    #[must_use]
    pub const fn to(descriptor: Descriptor, bytes: &'a [u8], destination: Address) -> Send<'a> {
        Send { descriptor, bytes, destination: Some(destination), is_socket: true }
    }

    fn name(&self) -> &'static str {
        if self.destination.is_some() { "sendto" } else { Self::NAME }
    }

    fn write(&self) -> Result<usize, Errno> {
        // As in `Receive`: `write` has no flag for "do not wait".
        if !is_ready(self.descriptor, Interest::Writable)? {
            return Err(Errno::AGAIN);
        }
        let length = self.bytes.len().min(PIPE_BUFFER);
        sys::write(self.descriptor, &self.bytes[..length])
    }
}

impl Operation for Send<'_> {
    const NAME: &'static str = "write";
    type Output = usize;

    #[inline]
    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<usize>, Error> {
        let flags = flags(&patience);
        loop {
            let result = if self.is_socket {
                sys::send(self.descriptor, self.bytes, self.destination.as_ref(), flags)
            } else {
                self.write()
            };
            match result {
                Ok(length) => return Ok(Progress::Done(length)),
                Err(Errno::AGAIN) => return Ok(Progress::Waiting),
                Err(Errno::NOTSOCK) if self.is_socket && self.destination.is_none() => {
                    self.is_socket = false;
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.during(self.name())),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Descriptor(self.descriptor, Interest::Writable)
    }
}
