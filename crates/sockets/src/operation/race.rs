//! Connecting to whichever of several addresses answers first.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use super::pause::Pauses;
use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Address, Errno, Error, Interest, Mode, PollEntry, Scratch, Socket, sys};

/// How long an attempt has for itself before the next one begins, the "Connection Attempt Delay" of
/// RFC 8305, section 5.
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects a stream to whichever of several addresses answers first, as RFC 8305 (Happy Eyeballs)
/// has it: the families take turns, and an attempt begins 250 ms after the one before, or as soon as
/// that has failed. The attempts that have not won are given up.
///
/// The output is the socket, in blocking mode, and the address that it reached. Where none answers,
/// the error is the last one's.
pub struct Race<P> {
    /// Those that have not been tried.
    addresses: VecDeque<Address>,
    /// What is to be done with each socket before it is connected.
    prepare: P,
    attempts: Vec<(Socket, Address)>,
    /// The descriptors of `attempts`, for the wait.
    entries: Vec<PollEntry>,
    /// When to begin the next attempt, or to try again at a full backlog.
    next: Option<Instant>,
    pauses: Pauses,
    last: Error,
    mode: Mode,
}

/// Lets the families take turns, each with its addresses in their order. The first address stays the
/// first (RFC 8305, section 4).
fn interleaved(addresses: Vec<Address>) -> VecDeque<Address> {
    let first = addresses.first().and_then(Address::family);
    let (mut one, mut other): (VecDeque<_>, VecDeque<_>) =
        addresses.into_iter().partition(|address| address.family() == first);
    let mut turns = VecDeque::with_capacity(one.len() + other.len());
    while !one.is_empty() || !other.is_empty() {
        turns.extend(one.pop_front());
        turns.extend(other.pop_front());
    }
    turns
}

impl<P: FnMut(&Address, Mode) -> Result<Socket, Error>> Race<P> {
    /// Connects to one of `addresses`. `prepare` makes a socket for an address, in this mode.
    #[must_use]
    pub fn new(addresses: Vec<Address>, prepare: P) -> Race<P> {
        Race {
            addresses: interleaved(addresses),
            prepare,
            attempts: Vec::new(),
            entries: Vec::new(),
            next: None,
            pauses: Pauses::FULL_QUEUE,
            last: Errno::INVAL.during(Self::NAME),
            mode: Mode::NonBlocking,
        }
    }

    /// Asks an attempt how it is; a first call begins it.
    fn ask(&mut self, socket: Socket, address: Address) -> Option<(Socket, Address)> {
        loop {
            match sys::connect(socket.descriptor(), &address) {
                Ok(()) | Err(Errno::ISCONN) => return Some((socket, address)),
                Err(Errno::INTR) => {}
                Err(Errno::INPROGRESS | Errno::ALREADY) => {
                    self.entries
                        .push(PollEntry::new(socket.descriptor(), Interest::Writable.events()));
                    self.attempts.push((socket, address));
                    return None;
                }
                Err(Errno::AGAIN) if address.ip().is_none() => {
                    self.next = Some(self.pauses.begin());
                    self.attempts.push((socket, address));
                    return None;
                }
                Err(errno) => {
                    self.last = errno.during(Self::NAME);
                    // The next one needs not wait.
                    self.next = None;
                    return None;
                }
            }
        }
    }

    /// Goes on with all attempts, and begins those whose time has come.
    fn go_on(&mut self) -> Result<Option<(Socket, Address)>, Error> {
        self.entries.clear();
        for (socket, address) in std::mem::take(&mut self.attempts) {
            if let Some(winner) = self.ask(socket, address) {
                return Ok(Some(winner));
            }
        }
        while self.next.is_none_or(|moment| Instant::now() >= moment) {
            let Some(address) = self.addresses.pop_front() else {
                break;
            };
            self.next = Some(Instant::now() + HEAD_START);
            match (self.prepare)(&address, self.mode) {
                Ok(socket) => {
                    if let Some(winner) = self.ask(socket, address) {
                        return Ok(Some(winner));
                    }
                }
                Err(error) => (self.last, self.next) = (error, None),
            }
        }
        match self.attempts.is_empty() && self.addresses.is_empty() {
            true => Err(self.last),
            false => Ok(None),
        }
    }
}

impl<P: FnMut(&Address, Mode) -> Result<Socket, Error>> Operation for Race<P> {
    const NAME: &'static str = "connect";
    type Output = (Socket, Address);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<(Socket, Address)>, Error> {
        // One address has no rival: where the thread waits anyhow, it waits in the call.
        let is_alone = self.addresses.len() == 1 && self.attempts.is_empty();
        self.mode = match patience {
            Patience::Kernel(deadline) if is_alone && deadline.is_never() => Mode::Blocking,
            _ => Mode::NonBlocking,
        };
        let Some((socket, address)) = self.go_on()? else {
            return Ok(Progress::Waiting);
        };
        // The others are closed with this.
        self.attempts.clear();
        if self.mode == Mode::NonBlocking {
            sys::set_nonblocking(socket.descriptor(), false)
                .map_err(|errno| errno.during(Self::NAME))?;
        }
        Ok(Progress::Done((socket, address)))
    }

    fn waits_for(&self) -> Wait<'_> {
        let is_full = self.entries.len() < self.attempts.len();
        match (self.next, &*self.entries) {
            (Some(moment), entries) if is_full || !self.addresses.is_empty() => {
                Wait::AnyUntil(entries, moment)
            }
            (_, [entry]) => Wait::Descriptor(entry.descriptor(), Interest::Writable),
            (_, entries) => Wait::Any(entries),
        }
    }
}

impl<P> fmt::Debug for Race<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Race")
            .field("addresses", &self.addresses)
            .field("attempts", &self.attempts)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn the_families_take_turns() {
        let four = |port| Address::ipv4(Ipv4Addr::LOCALHOST, port);
        let six = |port| Address::ipv6(Ipv6Addr::LOCALHOST, port, 0);
        let turns = interleaved(vec![six(1), six(2), six(3), four(4)]);
        assert_eq!(turns, [six(1), four(4), six(2), six(3)]);
        let turns = interleaved(vec![four(1), six(2), six(3), four(4), four(5)]);
        assert_eq!(turns, [four(1), six(2), four(4), six(3), four(5)]);
        assert_eq!(interleaved(Vec::new()), []);
    }
}
