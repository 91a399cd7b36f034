//! Sending everything.

use super::patience::First;
use super::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Error, Handle, Interest, Scratch, sys};

/// Sends all of some bytes to the peer of a stream, from where they lie, `send(2)`. `SIGPIPE` is
/// never raised.
#[derive(Debug)]
pub struct SendAll<'a, H> {
    handle: H,
    bytes: &'a [u8],
    sent: usize,
}

/// How far sending has come, and what has ended it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent {
    /// How many bytes the system has taken.
    pub length: usize,
    /// Why those are not all, where they are not.
    pub end: Result<(), Error>,
}

impl<'a, H: Handle> SendAll<'a, H> {
    /// Sends `bytes` to the peer of `handle`.
    #[must_use]
    pub const fn new(handle: H, bytes: &'a [u8]) -> Self {
        SendAll { handle, bytes, sent: 0 }
    }
}

impl<H: Handle> Operation for SendAll<'_, H> {
    const NAME: &'static str = "write";
    type Output = Sent;

    #[inline]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        mut patience: Patience<'_>,
    ) -> Result<Progress<Sent>, Error> {
        loop {
            let rest = &self.bytes[self.sent..];
            let first = First::to_send(rest.len());
            let sent = patience.call(&self.handle, Interest::Writable, first, |to, blocking| {
                sys::send(to, rest, None, blocking.flags())
            });
            match sent {
                Ok(Some(length)) => self.sent += length,
                Ok(None) => return Ok(Progress::Waiting),
                Err(errno) => {
                    return self.end_early(scratch, errno.during(Self::NAME)).map(Progress::Done);
                }
            }
            if self.sent == self.bytes.len() {
                return Ok(Progress::Done(Sent { length: self.sent, end: Ok(()) }));
            }
            if !patience.tries_again() {
                return Ok(Progress::Waiting);
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Writable)
    }

    fn end_early(&mut self, _: &mut Scratch, error: Error) -> Result<Sent, Error> {
        Ok(Sent { length: self.sent, end: Err(error) })
    }
}
