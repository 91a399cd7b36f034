//! Sending all bytes to a stream.

use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Cause, Error, Interest, Scratch, Transport};

/// Sends all bytes of a slice to the peer of a stream without copying them, `send(2)` on a plain socket. The call
/// never raises `SIGPIPE`.
#[derive(Debug)]
pub struct SendAll<'a, T> {
    transport: T,
    bytes: &'a [u8],
    sent: usize,
}

/// How much has been sent, and why not more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent {
    /// How many bytes the transport has taken.
    pub length: usize,
    /// The error that has ended the operation before all was sent.
    pub end: Result<(), Error>,
}

impl Sent {
    pub(super) fn failed(length: usize, cause: Cause) -> Sent {
        Sent { length, end: Err(cause.during("write")) }
    }
}

/// Ends a send of which the transport has taken all bytes: it flushes them to the kernel.
#[inline]
pub(super) fn flush(
    transport: &impl Transport,
    length: usize,
    patience: &mut Patience<'_, impl EventLoop>,
) -> Progress<Sent> {
    match transport.flush(patience) {
        Ok(Some(())) => Progress::Done(Sent { length, end: Ok(()) }),
        Ok(None) => Progress::Waiting,
        Err(cause) => Progress::Done(Sent::failed(length, cause)),
    }
}

impl<'a, T: Transport> SendAll<'a, T> {
    /// Sends `bytes` over `transport`.
    #[must_use]
    pub const fn new(transport: T, bytes: &'a [u8]) -> Self {
        SendAll { transport, bytes, sent: 0 }
    }
}

impl<T: Transport> Operation for SendAll<'_, T> {
    const NAME: &'static str = "write";
    type Output = Sent;

    #[inline]
    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Sent>, Error> {
        loop {
            let rest = &self.bytes[self.sent..];
            // An earlier attempt can have sent all bytes and flushed a part. An empty slice is sent once.
            if self.sent == 0 || !rest.is_empty() {
                match self.transport.send(rest, &mut patience) {
                    Ok(Some(length)) => self.sent += length,
                    Ok(None) => return Ok(Progress::Waiting),
                    Err(cause) => return Ok(Progress::Done(Sent::failed(self.sent, cause))),
                }
            }
            if self.sent == self.bytes.len() {
                return Ok(flush(&self.transport, self.sent, &mut patience));
            }
            if !self.transport.note_short_send(&patience) {
                return Ok(Progress::Waiting);
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        self.transport.waits_for(Interest::Writable)
    }

    fn end_early(&mut self, _: &mut Scratch, error: Error) -> Result<Sent, Error> {
        Ok(Sent { length: self.sent, end: Err(error) })
    }
}
