//! Receiving datagrams through a queue.

use super::patience::FirstStep;
use super::{EventLoop, NoLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::{Address, DatagramQueue, Errno, Error, Family, Handle, Interest, Scratch, sys};

/// Receives at least one datagram into a queue, and as many more as have come, in as many calls of
/// `recvmmsg(2)` as that takes. The datagrams stay in the queue: the caller takes them out.
///
/// A failure that comes after the first datagram is kept for the next operation on the queue.
#[derive(Debug)]
pub struct ReceiveDatagrams<'a, H> {
    handle: H,
    family: Option<Family>,
    queue: &'a DatagramQueue,
    count: usize,
    size: usize,
}

impl<'a, H: Handle> ReceiveDatagrams<'a, H> {
    /// Receives until there are `count` datagrams in the queue or no more have come, and at least the
    /// first `size` bytes of each, from `handle`, a socket of addresses of `family`.
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

    /// Makes one call for up to `count` messages. `None` where it would have to wait; else, whether
    /// there may be more.
    fn receive(
        &self,
        patience: &mut Patience<'_, impl EventLoop>,
        count: usize,
    ) -> Result<Option<bool>, Errno> {
        patience.call(&self.handle, Interest::Readable, FirstStep::Call, |from, blocking| {
            self.queue.ask_to_join(from, self.family);
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
        let mut may_be_more = true;
        if self.queue.is_empty() {
            self.queue.take_failure().map_err(|errno| errno.during(Self::NAME))?;
            match self.receive(&mut patience, self.count) {
                Ok(Some(is_full)) => may_be_more = is_full,
                Ok(None) => return Ok(Progress::Waiting),
                Err(errno) => return Err(errno.during(Self::NAME)),
            }
        }
        while may_be_more {
            let rest = self.count - self.queue.len_up_to(self.count);
            if rest == 0 {
                break;
            }
            let received = match &mut patience {
                Patience::Loop(_) => self.receive(&mut patience, rest),
                // Only the first may be waited for.
                Patience::None | Patience::Kernel(_) => {
                    self.receive(&mut Patience::<NoLoop>::None, rest)
                }
            };
            match received {
                Ok(Some(is_full)) => may_be_more = is_full,
                Ok(None) => break,
                // The caller finds that out for itself, from `front`.
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

/// What [`ReceiveDatagram`] has found.
#[derive(Clone, Copy, Debug)]
pub enum Datagram {
    /// It is the first one in the queue.
    Queued,
    /// It is in the scratch memory, and came from this address.
    Received(Address),
}

/// Receives one datagram: what is in the queue, or else what can be received, `recvfrom(2)`.
#[derive(Debug)]
pub struct ReceiveDatagram<'a, H> {
    handle: H,
    queue: &'a DatagramQueue,
    size: usize,
}

impl<'a, H: Handle> ReceiveDatagram<'a, H> {
    /// Receives at least the first `size` bytes of a datagram, where it has as many, from `handle`.
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
                if queue.joins() {
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
        match received {
            Ok(Some(datagram)) => Ok(Progress::Done(datagram)),
            Ok(None) => Ok(Progress::Waiting),
            Err(errno) => Err(errno.during(Self::NAME)),
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }
}
