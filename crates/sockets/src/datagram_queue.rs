//! Datagrams that have been received and not been read.

use std::cell::{Cell, Ref, RefCell};

use crate::sys::{self, Batch};
use crate::{Address, Descriptor, Errno, Family};

/// How many messages one system call receives at most (`UIO_MAXIOV`).
const MOST_MESSAGES: usize = 1024;
/// The same where each message can be many coalesced datagrams.
const MOST_COALESCED: usize = 64;
/// The size of the largest message of coalesced datagrams.
const COALESCED_SIZE: usize = 65_536;

/// The datagrams of a socket that have been received and not been consumed.
///
/// From the first batch on, the kernel can coalesce datagrams of one size and one sender into one message (`UDP_GRO`,
/// `udp(7)`), which saves most of the work for each datagram. The queue splits such messages again. Code that
/// receives from the socket without the queue must do so itself.
///
/// Several callers can share the queue. While one of them borrows datagrams, the operations of the others fail with
/// `EBUSY`, so no datagram is read twice.
#[derive(Debug, Default)]
pub struct DatagramQueue {
    contents: RefCell<Contents>,
    coalescing: Cell<Coalescing>,
    /// The failure of a call that the next operation on an empty queue returns.
    failure: Cell<Option<Errno>>,
}

/// Whether the kernel coalesces datagrams for the socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Coalescing {
    #[default]
    NotRequested,
    On,
    Off,
}

#[derive(Debug, Default)]
struct Contents {
    /// What each call has received. The queue keeps the memory of the first batch.
    batches: Vec<Batch>,
    /// The first datagram that has not been consumed.
    next: Position,
}

/// The position of a datagram: its batch, its message in the batch, and its first byte in the message.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    batch: usize,
    message: usize,
    start: usize,
}

impl Contents {
    fn is_empty(&self) -> bool {
        self.at(self.next).is_none()
    }

    /// The datagram at a position with its sender, and the position of the next datagram.
    fn at(&self, position: Position) -> Option<(&[u8], &Address, Position)> {
        let batch = self.batches.get(position.batch)?;
        let message = batch.messages().get(position.message)?;
        let rest = batch.bytes(position.message).get(position.start..).unwrap_or_default();
        Some(match message.segment {
            Some(segment) if segment.get() < rest.len() => {
                let start = position.start + segment.get();
                (&rest[..segment.get()], &message.sender, Position { start, ..position })
            }
            _ if position.message + 1 < batch.messages().len() => (
                rest,
                &message.sender,
                Position { message: position.message + 1, start: 0, ..position },
            ),
            _ => (
                rest,
                &message.sender,
                Position { batch: position.batch + 1, message: 0, start: 0 },
            ),
        })
    }

    /// The positions of the first `count` datagrams, or of all where there are fewer, and the position behind
    /// them.
    fn front(&self, count: usize) -> (Vec<Position>, Position) {
        let (mut positions, mut next) = (Vec::new(), self.next);
        while positions.len() < count
            && let Some((_, _, behind)) = self.at(next)
        {
            positions.push(next);
            next = behind;
        }
        (positions, next)
    }

    /// Discards all datagrams, and frees all memory but that of the first batch.
    fn reset(&mut self) {
        self.batches.truncate(1);
        self.batches.iter_mut().for_each(Batch::clear);
        self.next = Position::default();
    }
}

/// Datagrams at the front of a [`DatagramQueue`], which does not change while they are borrowed.
#[derive(Debug)]
pub struct Datagrams<'a> {
    contents: Ref<'a, Contents>,
    positions: Vec<Position>,
    behind: Position,
}

impl Datagrams<'_> {
    /// How many datagrams there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    fn at(&self, index: usize) -> Option<(&[u8], &Address)> {
        let (bytes, sender, _) = self.contents.at(*self.positions.get(index)?)?;
        Some((bytes, sender))
    }

    /// The bytes of a datagram; none where there is no datagram with this index.
    #[must_use]
    pub fn bytes(&self, index: usize) -> &[u8] {
        self.at(index).map_or(&[], |(bytes, _)| bytes)
    }

    /// The senders, in order.
    pub fn senders(&self) -> impl Iterator<Item = &Address> {
        (0..self.len()).filter_map(|index| self.at(index).map(|(_, sender)| sender))
    }
}

impl DatagramQueue {
    /// An empty queue, without memory of its own.
    #[must_use]
    pub fn new() -> DatagramQueue {
        DatagramQueue::default()
    }

    /// Whether the queue is empty; `false` while an operation changes it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.contents.try_borrow().is_ok_and(|contents| contents.is_empty())
    }

    /// Whether the kernel can coalesce datagrams: then the queue must receive them.
    pub(crate) fn is_coalescing(&self) -> bool {
        self.coalescing.get() == Coalescing::On
    }

    /// The first `count` datagrams, or all where there are fewer.
    ///
    /// # Errors
    /// `EBUSY` while other datagrams are borrowed.
    pub fn front(&self, count: usize) -> Result<Datagrams<'_>, Errno> {
        drop(self.contents.try_borrow_mut().map_err(|_| Errno::BUSY)?);
        let contents = self.contents.try_borrow().map_err(|_| Errno::BUSY)?;
        let (positions, behind) = contents.front(count);
        Ok(Datagrams { contents, positions, behind })
    }

    /// Removes datagrams from the front.
    ///
    /// # Errors
    /// `EBUSY` while other datagrams are borrowed.
    pub fn consume(&self, datagrams: Datagrams<'_>) -> Result<(), Errno> {
        let behind = datagrams.behind;
        drop(datagrams);
        let mut contents = self.contents.try_borrow_mut().map_err(|_| Errno::BUSY)?;
        contents.next = behind;
        if contents.is_empty() {
            contents.reset();
        }
        Ok(())
    }

    /// Discards the datagrams and frees the memory.
    ///
    /// # Errors
    /// `EBUSY` while other datagrams are borrowed.
    pub fn clear(&self) -> Result<(), Errno> {
        self.failure.set(None);
        self.contents
            .try_borrow_mut()
            .map(|mut contents| *contents = Contents::default())
            .map_err(|_| Errno::BUSY)
    }

    /// Has the kernel coalesce datagrams where it can.
    pub(crate) fn request_coalescing(&self, descriptor: Descriptor, family: Option<Family>) {
        if self.coalescing.get() != Coalescing::NotRequested {
            return;
        }
        let has_option = matches!(family, Some(Family::Inet | Family::Inet6));
        let enable = 1_i32.to_ne_bytes();
        let is_on = has_option
            && sys::set_option(descriptor, sys::linux::SOL_UDP, sys::linux::UDP_GRO, &enable)
                .is_ok();
        self.coalescing.set(if is_on { Coalescing::On } else { Coalescing::Off });
    }

    /// How many datagrams there are, `most` at most. The result is `most` while an operation changes the queue.
    pub(crate) fn len_up_to(&self, most: usize) -> usize {
        self.contents.try_borrow().map_or(most, |contents| contents.front(most).0.len())
    }

    /// Keeps a failure until the datagrams before it have been read.
    pub(crate) fn keep_failure(&self, errno: Errno) {
        self.failure.set(Some(errno));
    }

    /// Returns a kept failure, once.
    pub(crate) fn take_failure(&self) -> Result<(), Errno> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Receives up to `count` messages, and appends them to the queue. The result is whether the kernel can have more:
    /// whether it has used all the room.
    pub(crate) fn receive(
        &self,
        descriptor: Descriptor,
        count: usize,
        size: usize,
        flags: i32,
    ) -> Result<bool, Errno> {
        let mut contents = self.contents.try_borrow_mut().map_err(|_| Errno::BUSY)?;
        if contents.is_empty() {
            contents.reset();
        }
        let (count, size) = match self.is_coalescing() {
            true => (count.min(MOST_COALESCED), COALESCED_SIZE),
            false => (count.min(MOST_MESSAGES), size),
        };
        // An empty batch is the one whose memory the queue keeps.
        let kept = contents.batches.pop_if(|batch| batch.messages().is_empty());
        let mut batch = kept.unwrap_or_default();
        let received = batch.receive(descriptor, count, size, flags);
        let is_full = batch.messages().len() == count;
        contents.batches.push(batch);
        received.map(|()| is_full)
    }
}
