//! Sending many datagrams.

use std::io::IoSlice;
use std::sync::atomic::{AtomicU8, Ordering};

use super::patience::FirstStep;
use super::send::PeerQueue;
use super::{EventLoop, Operation, Patience, Progress, Sent, Wait};
use crate::sys::{self, Outgoing};
use crate::{Address, Descriptor, Errno, Error, Family, Handle, Interest, Scratch};

/// How many messages one system call sends.
const MOST_MESSAGES: usize = 64;
/// How many datagrams one message can have (`UDP_MAX_SEGMENTS` of older kernels).
const MOST_SEGMENTS: usize = 64;
/// How many bytes one message can have: the payload of the largest packet of IPv4.
const MOST_BYTES: usize = 65_507;

/// Sends many datagrams, `sendmmsg(2)`. The output counts datagrams.
///
/// Consecutive datagrams of one size to one destination are one message. The kernel or the network card segments
/// the message into datagrams (`UDP_SEGMENT`, `udp(7)`). Where the kernel refuses, for instance because a datagram
/// is larger than a packet of the network, each datagram is a message.
#[derive(Debug)]
pub struct SendMany<'a, H> {
    handle: H,
    datagrams: Vec<IoSlice<'a>>,
    destinations: Destinations,
    sent: usize,
    segmentation: Segmentation,
    peer_queue: PeerQueue,
}

/// Where datagrams go.
#[derive(Debug)]
pub enum Destinations {
    /// One address for all datagrams, or the peer of the socket.
    One(Option<Address>),
    /// An address for each datagram.
    Each(Vec<Option<Address>>),
}

impl Destinations {
    fn of(&self, index: usize) -> Option<&Address> {
        match self {
            Destinations::One(address) => address.as_ref(),
            Destinations::Each(addresses) => addresses.get(index)?.as_ref(),
        }
    }
}

/// Whether the kernel segments the socket's messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Segmentation {
    Unknown,
    On,
    Off,
}

/// Whether this kernel has `UDP_SEGMENT`. An older kernel would send the whole message as one
/// datagram. 0 is unknown, 1 is yes, 2 is no.
static KERNEL_SEGMENTS: AtomicU8 = AtomicU8::new(0);

fn kernel_segments(descriptor: Descriptor) -> bool {
    match KERNEL_SEGMENTS.load(Ordering::Relaxed) {
        1 => true,
        2 => false,
        _ => {
            let mut value = [0; size_of::<i32>()];
            let known = sys::get_option(
                descriptor,
                sys::linux::SOL_UDP,
                sys::linux::UDP_SEGMENT,
                &mut value,
            );
            KERNEL_SEGMENTS.store(if known.is_ok() { 1 } else { 2 }, Ordering::Relaxed);
            known.is_ok()
        }
    }
}

impl<'a, H: Handle> SendMany<'a, H> {
    /// Sends `datagrams` from `handle`, a socket of addresses of `family`.
    #[must_use]
    pub fn new(
        handle: H,
        family: Option<Family>,
        datagrams: Vec<IoSlice<'a>>,
        destinations: Destinations,
    ) -> Self {
        let segmentation = match family {
            Some(Family::Inet | Family::Inet6) => Segmentation::Unknown,
            _ => Segmentation::Off,
        };
        let peer_queue = PeerQueue::new(family);
        SendMany { handle, datagrams, destinations, sent: 0, segmentation, peer_queue }
    }

    /// How many datagrams from `start` on can be one message.
    fn run_at(&self, start: usize) -> usize {
        let size = self.datagrams[start].len();
        if self.segmentation == Segmentation::Off || size == 0 {
            return 1;
        }
        let destination = self.destinations.of(start);
        let mut bytes = size;
        let mut count = 1;
        for index in start + 1..self.datagrams.len() {
            let length = self.datagrams[index].len();
            bytes += length;
            let fits = count < MOST_SEGMENTS
                && bytes <= MOST_BYTES
                && (1..=size).contains(&length)
                && self.destinations.of(index) == destination;
            if !fits {
                break;
            }
            count += 1;
            if length < size {
                break;
            }
        }
        count
    }

    /// The messages of the next system call, and how many datagrams each has.
    fn messages(&self) -> (Vec<Outgoing<'_>>, Vec<usize>) {
        let (mut messages, mut counts) = (Vec::new(), Vec::new());
        let mut start = self.sent;
        while start < self.datagrams.len() && messages.len() < MOST_MESSAGES {
            let count = self.run_at(start);
            let size = if count > 1 { self.datagrams[start].len() } else { 0 };
            messages.push(Outgoing {
                pieces: &self.datagrams[start..start + count],
                destination: self.destinations.of(start),
                // `MOST_BYTES` limits the size of a message.
                segment: size as u16,
            });
            counts.push(count);
            start += count;
        }
        (messages, counts)
    }
}

impl<H: Handle> Operation for SendMany<'_, H> {
    const NAME: &'static str = "send";
    type Output = Sent;

    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Sent>, Error> {
        while self.sent < self.datagrams.len() {
            if self.segmentation == Segmentation::Unknown
                && let Ok(descriptor) = self.handle.descriptor()
            {
                self.segmentation =
                    if kernel_segments(descriptor) { Segmentation::On } else { Segmentation::Off };
            }
            let (messages, counts) = self.messages();
            let is_run = counts.first().is_some_and(|count| *count > 1);
            let sent =
                patience.call(&self.handle, Interest::Writable, FirstStep::Call, |to, blocking| {
                    sys::send_messages(to, &messages, blocking.flags())
                });
            match sent {
                Ok(Some(taken)) => {
                    let datagrams: usize = counts.iter().take(taken).sum();
                    self.sent += datagrams;
                }
                Ok(None) => {
                    self.peer_queue.note_full();
                    return Ok(Progress::Waiting);
                }
                Err(errno) if is_run && can_refuse_segmentation(errno) => {
                    self.segmentation = Segmentation::Off
                }
                Err(errno) => {
                    return self.end_early(scratch, errno.during(Self::NAME)).map(Progress::Done);
                }
            }
        }
        Ok(Progress::Done(Sent { length: self.sent, end: Ok(()) }))
    }

    fn waits_for(&self) -> Wait<'_> {
        self.peer_queue.waits_for(&self.handle)
    }

    fn end_early(&mut self, _: &mut Scratch, error: Error) -> Result<Sent, Error> {
        Ok(Sent { length: self.sent, end: Err(error) })
    }
}

/// Whether `UDP_SEGMENT` can cause this error: datagrams that are larger than
/// a packet of the network, a route whose packets have no checksum, too many segments.
fn can_refuse_segmentation(errno: Errno) -> bool {
    matches!(
        errno.0,
        libc::EMSGSIZE | libc::EINVAL | libc::EIO | libc::EOPNOTSUPP | libc::ENOPROTOOPT
    )
}
