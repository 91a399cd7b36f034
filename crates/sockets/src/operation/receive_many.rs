//! Receiving many datagrams.

use super::patience::First;
use super::{Operation, Patience, Progress, Wait, waits_for};
use crate::{Batch, Error, Handle, Interest, Scratch};

/// Receives at least one datagram, and as many more as have come, `recvmmsg(2)`. The output is the
/// batch that they are in.
#[derive(Debug)]
pub struct ReceiveMany<H, B> {
    handle: H,
    batch: Option<B>,
    count: usize,
    size: usize,
}

impl<H: Handle, B: AsMut<Batch>> ReceiveMany<H, B> {
    /// Receives up to `count` datagrams, and no more than [`Batch::MOST`], at most `size` bytes of
    /// each, into `batch`.
    #[must_use]
    pub const fn new(handle: H, batch: B, count: usize, size: usize) -> Self {
        ReceiveMany { handle, batch: Some(batch), count, size }
    }
}

impl<H: Handle, B: AsMut<Batch>> Operation for ReceiveMany<H, B> {
    const NAME: &'static str = "receive";
    type Output = B;

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_>,
    ) -> Result<Progress<B>, Error> {
        let (count, size) = (self.count, self.size);
        let Some(batch) = &mut self.batch else {
            return Ok(Progress::Waiting);
        };
        let received =
            patience.call(&self.handle, Interest::Readable, First::Try, |from, blocking| {
                batch.as_mut().receive(from, count, size, blocking.flags())
            });
        match received {
            Ok(Some(())) => match self.batch.take() {
                Some(batch) => Ok(Progress::Done(batch)),
                None => Ok(Progress::Waiting),
            },
            Ok(None) => Ok(Progress::Waiting),
            Err(errno) => Err(errno.during(Self::NAME)),
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
