//! Sending what the kernel takes, or all bytes where the socket is in blocking mode.

use std::time::{Duration, Instant};

use super::patience::{Blocking, FirstStep, SystemCall, has_error, is_ready};
use super::{EventLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::{Address, Descriptor, Errno, Error, Family, Handle, Interest, Scratch, sys};

/// How many bytes a writable pipe takes without waiting (`pipe(7)`).
const PIPE_BUFFER: usize = libc::PIPE_BUF;

/// Sends bytes without copying them, `send(2)` or `sendto(2)`. The output is the count of bytes that the kernel has
/// taken: all, where the descriptor is in blocking mode and neither an error nor the deadline
/// comes first, or else what one system call has taken. The call never raises `SIGPIPE`.
///
/// Descriptors that are not sockets are written to, `write(2)`.
#[derive(Debug)]
pub struct Send<'a, H = Descriptor> {
    handle: H,
    bytes: &'a [u8],
    /// How many of the bytes have been sent.
    sent: usize,
    destination: Option<Address>,
    is_socket: bool,
    peer_queue: PeerQueue,
}

/// The pause before the next attempt where the queue of the destination is full.
const FULL_PAUSE: Duration = Duration::from_millis(5);

/// The receive queue at the destination of a datagram. On a unix socket, the sender has to wait where that queue is
/// full, and the sender's own socket stays writable unless it is connected.
#[derive(Clone, Copy, Debug)]
pub(super) struct PeerQueue {
    is_unix: bool,
    retry: Option<Instant>,
}

impl PeerQueue {
    /// Of a connected stream, which has no such queue.
    pub(super) const NONE: PeerQueue = PeerQueue { is_unix: false, retry: None };

    /// Of a destination of this family.
    pub(super) fn new(family: Option<Family>) -> PeerQueue {
        PeerQueue { is_unix: family == Some(Family::Unix), retry: None }
    }

    /// Records that nothing could be sent.
    pub(super) fn note_full(&mut self) {
        if self.is_unix {
            self.retry = Some(Instant::now() + FULL_PAUSE);
        }
    }

    pub(super) fn waits_for<'a>(&self, handle: &'a impl Handle) -> Wait<'a> {
        match self.retry {
            Some(retry) => Wait::Until(retry),
            None => waits_for(handle, Interest::Writable),
        }
    }
}

impl<'a, H: Handle> Send<'a, H> {
    /// Sends to the peer of `handle`.
    #[must_use]
    pub const fn new(handle: H, bytes: &'a [u8]) -> Self {
        Send {
            handle,
            bytes,
            sent: 0,
            destination: None,
            is_socket: true,
            peer_queue: PeerQueue::NONE,
        }
    }

    /// Sends a message to `destination`.
    #[must_use]
    pub const fn to(handle: H, bytes: &'a [u8], destination: Address) -> Self {
        let destination = Some(destination);
        Send { handle, bytes, sent: 0, destination, is_socket: true, peer_queue: PeerQueue::NONE }
    }

    fn name(&self) -> &'static str {
        if self.destination.is_some() { "sendto" } else { Self::NAME }
    }

    /// Whether to make a further call after a short write, as the kernel itself does on a descriptor in blocking mode.
    #[cold]
    fn continues_after(&self, patience: &Patience<'_, impl EventLoop>, length: usize) -> bool {
        let waits = |to| sys::nonblocking(to) == Ok(false) && has_error(to) == Ok(false);
        matches!(patience, Patience::Loop(_))
            && length > 0
            && self.handle.descriptor().is_ok_and(waits)
    }
}

#[cold]
fn write(descriptor: Descriptor, bytes: &[u8], blocking: Blocking) -> Result<usize, Errno> {
    // `write` has no flag like MSG_DONTWAIT.
    if blocking == Blocking::Yes || sys::nonblocking(descriptor)? {
        return sys::write(descriptor, bytes);
    }
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
            false => write(to, self.bytes, blocking),
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
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<usize>, Error> {
        loop {
            let rest = &self.bytes[self.sent..];
            let send = SendCall {
                bytes: rest,
                destination: self.destination.as_ref(),
                is_socket: self.is_socket,
            };
            match patience.make(&self.handle, Interest::Writable, FirstStep::Call, send) {
                Ok(Some(length))
                    if length == rest.len() || !self.continues_after(&patience, length) =>
                {
                    return Ok(Progress::Done(self.sent + length));
                }
                Ok(Some(length)) => self.sent += length,
                Ok(None) => {
                    self.peer_queue =
                        PeerQueue::new(self.destination.as_ref().and_then(Address::family));
                    self.peer_queue.note_full();
                    return Ok(Progress::Waiting);
                }
                Err(Errno::NOTSOCK) if self.is_socket && self.destination.is_none() => {
                    self.is_socket = false;
                }
                Err(_) if self.sent > 0 => return Ok(Progress::Done(self.sent)),
                Err(errno) => return Err(errno.during(self.name())),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        self.peer_queue.waits_for(&self.handle)
    }

    fn end_early(&mut self, _: &mut Scratch, reason: Error) -> Result<usize, Error> {
        if self.sent > 0 { Ok(self.sent) } else { Err(reason) }
    }
}
