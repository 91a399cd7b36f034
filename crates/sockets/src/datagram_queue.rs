//! Datagrams that have been received and not been asked for yet.

use std::cell::{Cell, Ref, RefCell};

use crate::sys::{self, Batch};
use crate::{Address, Descriptor, Errno, Family};

/// The most messages that the kernel gives at once (`UIO_MAXIOV`).
const MOST_MESSAGES: usize = 1024;
/// The same where each may be many datagrams.
const MOST_JOINED: usize = 64;
/// What any number of datagrams fits into that the kernel joins.
const JOINED_SIZE: usize = 65_536;

/// The datagrams of a socket that have been received and not been consumed.
///
/// From the first batch on, the kernel may join datagrams of one size and one sender (`UDP_GRO`,
/// `udp(7)`), which saves most of the work for each. They are taken apart here, so users of the queue
/// never see them joined; who reads the socket by itself would.
///
/// Users share it. Whoever looks at datagrams has the queue for that time: others fail with `EBUSY`, so
/// none is given out twice.
#[derive(Debug, Default)]
pub struct DatagramQueue {
    contents: RefCell<Contents>,
    joins: Cell<Joins>,
    /// What a call has failed with while there were datagrams to give out first.
    failure: Cell<Option<Errno>>,
}

/// Whether the kernel joins datagrams for the socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Joins {
    #[default]
    NotAsked,
    Yes,
    No,
}

#[derive(Debug, Default)]
struct Contents {
    /// What each call has received. The memory of the first one is kept for the next time.
    batches: Vec<Batch>,
    /// The first datagram that has not been consumed.
    next: Place,
}

/// The place of a datagram: its batch, its message there, and where it begins in that.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    batch: usize,
    message: usize,
    start: usize,
}

impl Contents {
    fn is_empty(&self) -> bool {
        self.at(self.next).is_none()
    }

    /// The datagram at a place with its sender, and the place of the one behind it.
    fn at(&self, place: Place) -> Option<(&[u8], &Address, Place)> {
        let batch = self.batches.get(place.batch)?;
        let message = batch.messages().get(place.message)?;
        let rest = batch.bytes(place.message).get(place.start..).unwrap_or_default();
        Some(match message.segment {
            Some(segment) if segment.get() < rest.len() => {
                let start = place.start + segment.get();
                (&rest[..segment.get()], &message.sender, Place { start, ..place })
            }
            _ if place.message + 1 < batch.messages().len() => {
                (rest, &message.sender, Place { message: place.message + 1, start: 0, ..place })
            }
            _ => (rest, &message.sender, Place { batch: place.batch + 1, message: 0, start: 0 }),
        })
    }

    /// The places of the first `count` datagrams, or of all where there are fewer, and the place behind
    /// them.
    fn front(&self, count: usize) -> (Vec<Place>, Place) {
        let (mut places, mut next) = (Vec::new(), self.next);
        while places.len() < count
            && let Some((_, _, behind)) = self.at(next)
        {
            places.push(next);
            next = behind;
        }
        (places, next)
    }

    /// Forgets all datagrams, and gives the memory back that is not to be kept.
    fn reset(&mut self) {
        self.batches.truncate(1);
        self.batches.iter_mut().for_each(Batch::clear);
        self.next = Place::default();
    }
}

/// Datagrams at the front of a [`DatagramQueue`], which does not change while they are held.
#[derive(Debug)]
pub struct Datagrams<'a> {
    contents: Ref<'a, Contents>,
    places: Vec<Place>,
    behind: Place,
}

impl Datagrams<'_> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn at(&self, index: usize) -> Option<(&[u8], &Address)> {
        let (bytes, sender, _) = self.contents.at(*self.places.get(index)?)?;
        Some((bytes, sender))
    }

    /// The bytes of a datagram, none where there is no such one.
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

    /// Whether it is empty; also where somebody else is changing it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.contents.try_borrow().is_ok_and(|contents| contents.is_empty())
    }

    /// Whether the kernel may join datagrams: then they have to be received through the queue.
    pub(crate) fn joins(&self) -> bool {
        self.joins.get() == Joins::Yes
    }

    /// The first `count` datagrams, or all where there are fewer.
    ///
    /// # Errors
    /// `EBUSY` where somebody else has them.
    pub fn front(&self, count: usize) -> Result<Datagrams<'_>, Errno> {
        drop(self.contents.try_borrow_mut().map_err(|_| Errno::BUSY)?);
        let contents = self.contents.try_borrow().map_err(|_| Errno::BUSY)?;
        let (places, behind) = contents.front(count);
        Ok(Datagrams { contents, places, behind })
    }

    /// Takes datagrams out, which are at the front.
    ///
    /// # Errors
    /// `EBUSY` where somebody else holds some.
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

    /// Forgets the datagrams and gives the memory back.
    ///
    /// # Errors
    /// `EBUSY` where somebody else holds some.
    pub fn clear(&self) -> Result<(), Errno> {
        self.failure.set(None);
        self.contents
            .try_borrow_mut()
            .map(|mut contents| *contents = Contents::default())
            .map_err(|_| Errno::BUSY)
    }

    /// Has the kernel join datagrams where it can.
    pub(crate) fn ask_to_join(&self, descriptor: Descriptor, family: Option<Family>) {
        if self.joins.get() != Joins::NotAsked {
            return;
        }
        let has_option = matches!(family, Some(Family::Inet | Family::Inet6));
        let enable = 1_i32.to_ne_bytes();
        let joins = has_option
            && sys::set_option(descriptor, sys::linux::SOL_UDP, sys::linux::UDP_GRO, &enable)
                .is_ok();
        self.joins.set(if joins { Joins::Yes } else { Joins::No });
    }

    /// How many datagrams there are, `most` at most; all that were asked for where somebody else has them.
    pub(crate) fn len_up_to(&self, most: usize) -> usize {
        self.contents.try_borrow().map_or(most, |contents| contents.front(most).0.len())
    }

    /// Remembers a failure until the datagrams before it have been given out.
    pub(crate) fn keep_failure(&self, errno: Errno) {
        self.failure.set(Some(errno));
    }

    /// The failure that was kept, once.
    pub(crate) fn take_failure(&self) -> Result<(), Errno> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Receives up to `count` messages, and puts them behind what is in the queue. Returns whether there
    /// may be more: all the room that the kernel was given is used.
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
        let (count, size) = match self.joins() {
            true => (count.min(MOST_JOINED), JOINED_SIZE),
            false => (count.min(MOST_MESSAGES), size),
        };
        // A batch without messages is the one whose memory was kept.
        let kept = contents.batches.pop_if(|batch| batch.messages().is_empty());
        let mut batch = kept.unwrap_or_default();
        let received = batch.receive(descriptor, count, size, flags);
        let is_full = batch.messages().len() == count;
        contents.batches.push(batch);
        received.map(|()| is_full)
    }
}
