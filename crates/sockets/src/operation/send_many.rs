//! Sending many datagrams.

use std::io::IoSlice;
use std::sync::atomic::{AtomicU8, Ordering};

use super::patience::First;
use super::send::FullPeer;
use super::{EventLoop, Operation, Patience, Progress, Sent, Wait};
use crate::sys::{self, Outgoing};
use crate::{Address, Descriptor, Errno, Error, Family, Handle, Interest, Scratch};

/// How many messages go to the kernel at once.
const MOST_MESSAGES: usize = 64;
/// How many datagrams one message is cut into at most (`UDP_MAX_SEGMENTS` of older kernels).
const MOST_SEGMENTS: usize = 64;
/// How many bytes they may have together: what fits into one packet of IPv4.
const MOST_BYTES: usize = 65_507;

/// Sends many datagrams, `sendmmsg(2)`. The output counts datagrams.
///
/// Runs of datagrams of one size to one destination go to the kernel as one message each, which the
/// kernel, or the network card, cuts into datagrams again (`UDP_SEGMENT`, `udp(7)`). Where it refuses
/// to, because a datagram is larger than the network's packets for instance, they are sent one by
/// one.
#[derive(Debug)]
pub struct SendMany<'a, H> {
    handle: H,
    datagrams: Vec<IoSlice<'a>>,
    destinations: Destinations,
    sent: usize,
    /// Whether the kernel cuts messages, as far as is known.
    cuts: Cuts,
    full: FullPeer,
}

/// Where datagrams go.
#[derive(Debug)]
pub enum Destinations {
    /// All to one address, or to the peer of the socket.
    One(Option<Address>),
    /// Each to its own. There are as many as datagrams.
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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cuts {
    Unknown,
    Yes,
    No,
}

/// Whether this kernel knows `UDP_SEGMENT`: an older one would take the whole message for one
/// datagram. 0 where nobody has asked, 1 for yes, 2 for no.
static KERNEL_CUTS: AtomicU8 = AtomicU8::new(0);

fn kernel_cuts(descriptor: Descriptor) -> bool {
    match KERNEL_CUTS.load(Ordering::Relaxed) {
        1 => true,
        2 => false,
        _ => {
            let mut value = [0; size_of::<i32>()];
            let known = sys::get_option(descriptor, libc::SOL_UDP, libc::UDP_SEGMENT, &mut value);
            KERNEL_CUTS.store(if known.is_ok() { 1 } else { 2 }, Ordering::Relaxed);
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
        let cuts = match family {
            Some(Family::Inet | Family::Inet6) => Cuts::Unknown,
            _ => Cuts::No,
        };
        let full = FullPeer::new(family);
        SendMany { handle, datagrams, destinations, sent: 0, cuts, full }
    }

    /// How many datagrams from `start` on can go as one message.
    fn run_at(&self, start: usize) -> usize {
        let size = self.datagrams[start].len();
        if self.cuts == Cuts::No || size == 0 {
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

    /// The messages that are next, and how many datagrams each has.
    fn messages(&self) -> (Vec<Outgoing<'_>>, Vec<usize>) {
        let (mut messages, mut counts) = (Vec::new(), Vec::new());
        let mut start = self.sent;
        while start < self.datagrams.len() && messages.len() < MOST_MESSAGES {
            let count = self.run_at(start);
            let size = if count > 1 { self.datagrams[start].len() } else { 0 };
            messages.push(Outgoing {
                pieces: &self.datagrams[start..start + count],
                destination: self.destinations.of(start),
                // A run has no more bytes than a datagram may have.
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
            if self.cuts == Cuts::Unknown
                && let Ok(descriptor) = self.handle.descriptor()
            {
                self.cuts = if kernel_cuts(descriptor) { Cuts::Yes } else { Cuts::No };
            }
            let (messages, counts) = self.messages();
            let is_run = counts.first().is_some_and(|count| *count > 1);
            let sent =
                patience.call(&self.handle, Interest::Writable, First::Try, |to, blocking| {
                    sys::send_messages(to, &messages, blocking.flags())
                });
            match sent {
                Ok(Some(taken)) => {
                    let datagrams: usize = counts.iter().take(taken).sum();
                    self.sent += datagrams;
                }
                Ok(None) => {
                    self.full.found();
                    return Ok(Progress::Waiting);
                }
                Err(errno) if is_run && refuses_to_cut(errno) => self.cuts = Cuts::No,
                Err(errno) => {
                    return self.end_early(scratch, errno.during(Self::NAME)).map(Progress::Done);
                }
            }
        }
        Ok(Progress::Done(Sent { length: self.sent, end: Ok(()) }))
    }

    fn waits_for(&self) -> Wait<'_> {
        self.full.waits_for(&self.handle)
    }

    fn end_early(&mut self, _: &mut Scratch, error: Error) -> Result<Sent, Error> {
        Ok(Sent { length: self.sent, end: Err(error) })
    }
}

/// Whether the kernel may have this to say because of `UDP_SEGMENT`: datagrams that are larger than
/// a packet of the network, a route whose packets have no checksum, too many segments.
fn refuses_to_cut(errno: Errno) -> bool {
    matches!(
        errno.0,
        libc::EMSGSIZE | libc::EINVAL | libc::EIO | libc::EOPNOTSUPP | libc::ENOPROTOOPT
    )
}
