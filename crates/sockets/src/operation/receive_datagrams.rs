//! Receiving datagrams through a queue.

use super::patience::FirstStep;
use super::{EventLoop, NoLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::{Address, DatagramQueue, Errno, Error, Family, Handle, Interest, Scratch, sys};

/// Receives at least one datagram into a queue, and all further datagrams that have arrived, with `recvmmsg(2)`. The
/// datagrams stay in the queue until the caller consumes them.
///
/// The queue keeps a failure after the first datagram for the next operation.
#[derive(Debug)]
pub struct ReceiveDatagrams<'a, H> {
    handle: H,
    family: Option<Family>,
    queue: &'a DatagramQueue,
    count: usize,
    size: usize,
}

impl<'a, H: Handle> ReceiveDatagrams<'a, H> {
    /// Receives from `handle`, a socket of addresses of `family`, until the queue has `count` datagrams or no more
    /// have arrived. Of each datagram, it receives at least the first `size` bytes.
    #[must_use]
    pub const fn new(
        handle: H,
        family: Option<Family>,
        queue: &'a DatagramQueue,
        count: usize,
        size: usize,
    ) -> Self {
        ReceiveDatagrams { handle, family, queue, count, size }
    }

    /// Makes one system call for up to `count` messages. The result is whether the kernel can have more, or `None`
    /// where the call would have to wait.
    fn receive(
        &self,
        patience: &mut Patience<'_, impl EventLoop>,
        count: usize,
    ) -> Result<Option<bool>, Errno> {
        patience.call(&self.handle, Interest::Readable, FirstStep::Call, |from, blocking| {
            self.queue.request_coalescing(from, self.family);
            self.queue.receive(from, count, self.size, blocking.flags())
        })
    }
}

impl<H: Handle> Operation for ReceiveDatagrams<'_, H> {
    const NAME: &'static str = "receive";
    type Output = ();

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<()>, Error> {
        let mut may_have_more = true;
        if self.queue.is_empty() {
            self.queue.take_failure().map_err(|errno| errno.during(Self::NAME))?;
            match self.receive(&mut patience, self.count) {
                Ok(Some(is_full)) => may_have_more = is_full,
                Ok(None) => return Ok(Progress::Waiting),
                Err(errno) => return Err(errno.during(Self::NAME)),
            }
        }
        while may_have_more {
            let rest = self.count - self.queue.len_up_to(self.count);
            if rest == 0 {
                break;
            }
            let received = match &mut patience {
                Patience::Loop(_) => self.receive(&mut patience, rest),
                // Only the first call may wait.
                Patience::None | Patience::Kernel(_) => {
                    self.receive(&mut Patience::<NoLoop>::None, rest)
                }
            };
            match received {
                Ok(Some(is_full)) => may_have_more = is_full,
                Ok(None) => break,
                // `front` fails with this in turn.
                Err(Errno::BUSY) => break,
                Err(errno) => {
                    self.queue.keep_failure(errno);
                    break;
                }
            }
        }
        Ok(Progress::Done(()))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}

/// Where [`ReceiveDatagram`] has left the datagram.
#[derive(Clone, Copy, Debug)]
pub enum Datagram {
    /// At the front of the queue.
    Queued,
    /// In the scratch memory. This is the sender's address.
    Received(Address),
}

/// Receives one datagram: the first one of the queue, or else one from the socket, `recvfrom(2)`.
#[derive(Debug)]
pub struct ReceiveDatagram<'a, H> {
    handle: H,
    queue: &'a DatagramQueue,
    size: usize,
}

impl<'a, H: Handle> ReceiveDatagram<'a, H> {
    /// Receives a datagram, at least the first `size` bytes of it, from `handle`.
    #[must_use]
    pub const fn new(handle: H, queue: &'a DatagramQueue, size: usize) -> Self {
        ReceiveDatagram { handle, queue, size }
    }
}

impl<H: Handle> Operation for ReceiveDatagram<'_, H> {
    const NAME: &'static str = "receive";
    type Output = Datagram;

    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Datagram>, Error> {
        let (queue, size) = (self.queue, self.size);
        if !queue.is_empty() {
            return Ok(Progress::Done(Datagram::Queued));
        }
        queue.take_failure().map_err(|errno| errno.during(Self::NAME))?;
        let received =
            patience.call(&self.handle, Interest::Readable, FirstStep::Call, |from, blocking| {
                let flags = blocking.flags();
                if queue.is_coalescing() {
                    return queue.receive(from, 1, size, flags).map(|_| Datagram::Queued);
                }
                let mut sender = None;
                scratch.fill(size, |room| {
                    let (bytes, address) = sys::receive_from(from, room, flags)?;
                    sender = Some(address);
                    Ok(bytes)
                })?;
                sender.map(Datagram::Received).ok_or(Errno::INTR)
            });
        Ok(received.map_err(|errno| errno.during(Self::NAME))?.into())
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
