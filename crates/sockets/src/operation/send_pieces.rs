//! Sending the concatenation of several pieces.

use std::io::IoSlice;

use super::send_all::flush;
use super::{EventLoop, Operation, Patience, Progress, Sent, Wait};
use crate::{Error, Interest, Scratch, Transport};

/// How many pieces the kernel takes at once (`UIO_MAXIOV`).
const MOST_PIECES: usize = 1024;

/// Sends the concatenation of several pieces to the peer of a stream without copying them, `sendmsg(2)` on a plain
/// socket. The call never raises `SIGPIPE`.
#[derive(Debug)]
pub struct SendPieces<'a, T> {
    transport: T,
    /// The pieces. Of the first one that has not been sent, only the rest is left.
    pieces: Vec<IoSlice<'a>>,
    /// How many pieces have been sent.
    done: usize,
    left: usize,
    sent: usize,
}

impl<'a, T: Transport> SendPieces<'a, T> {
    /// Sends `pieces` over `transport`.
    #[must_use]
    pub fn new(transport: T, pieces: Vec<IoSlice<'a>>) -> Self {
        let left = pieces.iter().map(|piece| piece.len()).sum();
        SendPieces { transport, pieces, done: 0, left, sent: 0 }
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

impl<T: Transport> Operation for SendPieces<'_, T> {
    const NAME: &'static str = "write";
    type Output = Sent;

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Sent>, Error> {
        while self.left > 0 {
            let rest = &self.pieces[self.done..];
            let batch = &rest[..rest.len().min(MOST_PIECES)];
            let wanted: usize = batch.iter().map(|piece| piece.len()).sum();
            match self.transport.send_pieces(batch, &mut patience) {
                Ok(Some(length)) => {
                    self.advance(length);
                    if length < wanted && !self.transport.note_short_send(&patience) {
                        return Ok(Progress::Waiting);
                    }
                }
                Ok(None) => return Ok(Progress::Waiting),
                Err(cause) => return Ok(Progress::Done(Sent::failed(self.sent, cause))),
            }
        }
        Ok(flush(&self.transport, self.sent, &mut patience))
    }

    fn waits_for(&self) -> Wait<'_> {
        self.transport.waits_for(Interest::Writable)
    }

    fn end_early(&mut self, _: &mut Scratch, error: Error) -> Result<Sent, Error> {
        Ok(Sent { length: self.sent, end: Err(error) })
    }
}
