//! Sending what the system takes.

use super::patience::{Blocking, First, SystemCall, is_ready};
use super::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Address, Descriptor, Errno, Error, Handle, Interest, Scratch, sys};

/// What a pipe that is ready takes without waiting, POSIX's least `PIPE_BUF` on Linux.
const PIPE_BUFFER: usize = libc::PIPE_BUF;

/// Sends bytes from where they lie, `send(2)` or `sendto(2)`. The output is the count of bytes that
/// one system call took. `SIGPIPE` is never raised.
///
/// Descriptors that are no sockets are written, `write(2)`.
#[derive(Debug)]
pub struct Send<'a, H = Descriptor> {
    handle: H,
    bytes: &'a [u8],
    destination: Option<Address>,
    is_socket: bool,
}

impl<'a, H: Handle> Send<'a, H> {
    /// Sends to the peer of `handle`.
    #[must_use]
    pub const fn new(handle: H, bytes: &'a [u8]) -> Self {
        Send { handle, bytes, destination: None, is_socket: true }
    }

    /// Sends a message to `destination`.
    #[must_use]
    pub const fn to(handle: H, bytes: &'a [u8], destination: Address) -> Self {
        Send { handle, bytes, destination: Some(destination), is_socket: true }
    }

    fn name(&self) -> &'static str {
        if self.destination.is_some() { "sendto" } else { Self::NAME }
    }
}

#[cold]
fn write(descriptor: Descriptor, bytes: &[u8]) -> Result<usize, Errno> {
    // As for `Receive`: `write` has no flag for "do not wait".
    if !is_ready(descriptor, Interest::Writable)? {
        return Err(Errno::AGAIN);
    }
    sys::write(descriptor, &bytes[..bytes.len().min(PIPE_BUFFER)])
}

/// The call that [`Send`] makes.
struct SendCall<'a> {
    bytes: &'a [u8],
    destination: Option<&'a Address>,
    is_socket: bool,
}

impl SystemCall for SendCall<'_> {
    type Output = usize;

    #[inline(always)]
    fn make(&mut self, to: Descriptor, blocking: Blocking) -> Result<usize, Errno> {
        match self.is_socket {
            true => sys::send(to, self.bytes, self.destination, blocking.flags()),
            false => write(to, self.bytes),
        }
    }
}

impl<H: Handle> Operation for Send<'_, H> {
    const NAME: &'static str = "write";
    type Output = usize;

    #[inline(always)]
    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_>,
    ) -> Result<Progress<usize>, Error> {
        loop {
            let send = SendCall {
                bytes: self.bytes,
                destination: self.destination.as_ref(),
                is_socket: self.is_socket,
            };
            match patience.make(&self.handle, Interest::Writable, First::Try, send) {
                Ok(Some(length)) => return Ok(Progress::Done(length)),
                Ok(None) => return Ok(Progress::Waiting),
                Err(Errno::NOTSOCK) if self.is_socket && self.destination.is_none() => {
                    self.is_socket = false;
                }
                Err(errno) => return Err(errno.during(self.name())),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Writable)
    }
}
