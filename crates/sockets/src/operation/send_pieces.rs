//! Sending several pieces as one.

use std::io::IoSlice;

use super::patience::First;
use super::{Operation, Patience, Progress, Sent, Wait, waits_for};
use crate::{Error, Handle, Interest, Scratch, sys};

/// How many pieces the kernel takes at once (`UIO_MAXIOV`).
const MOST_PIECES: usize = 1024;

/// Sends all of several pieces, one behind the other, to the peer of a stream, `sendmsg(2)`. They
/// are not copied together, and `SIGPIPE` is never raised.
#[derive(Debug)]
pub struct SendPieces<'a, H> {
    handle: H,
    /// The first that is not sent may have been cut.
    pieces: Vec<IoSlice<'a>>,
    /// How many of them are sent.
    done: usize,
    left: usize,
    sent: usize,
}

impl<'a, H: Handle> SendPieces<'a, H> {
    /// Sends `pieces` to the peer of `handle`.
    #[must_use]
    pub fn new(handle: H, pieces: Vec<IoSlice<'a>>) -> Self {
        let left = pieces.iter().map(|piece| piece.len()).sum();
        SendPieces { handle, pieces, done: 0, left, sent: 0 }
    }

    fn advance(&mut self, length: usize) {
        self.sent += length;
        self.left -= length.min(self.left);
        let mut rest = &mut self.pieces[self.done..];
        let before = rest.len();
        IoSlice::advance_slices(&mut rest, length);
        self.done += before - rest.len();
    }
}

impl<H: Handle> Operation for SendPieces<'_, H> {
    const NAME: &'static str = "write";
    type Output = Sent;

    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        mut patience: Patience<'_>,
    ) -> Result<Progress<Sent>, Error> {
        while self.left > 0 {
            let rest = &self.pieces[self.done..];
            let batch = &rest[..rest.len().min(MOST_PIECES)];
            let wanted: usize = batch.iter().map(|piece| piece.len()).sum();
            let first = First::to_send(wanted);
            let sent = patience.call(&self.handle, Interest::Writable, first, |to, blocking| {
                sys::send_message(to, batch, None, &[], blocking.flags())
            });
            match sent {
                Ok(Some(length)) => {
                    self.advance(length);
                    if length < wanted && !patience.tries_again() {
                        return Ok(Progress::Waiting);
                    }
                }
                Ok(None) => return Ok(Progress::Waiting),
                Err(errno) => {
                    return self.end_early(scratch, errno.during(Self::NAME)).map(Progress::Done);
                }
            }
        }
        Ok(Progress::Done(Sent { length: self.sent, end: Ok(()) }))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Writable)
    }

    fn end_early(&mut self, _: &mut Scratch, error: Error) -> Result<Sent, Error> {
        Ok(Sent { length: self.sent, end: Err(error) })
    }
}
