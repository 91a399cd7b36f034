//! Connecting to the fastest of several addresses.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::connecting::{self, Attempt};
use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Address, Errno, Error, Interest, Mode, PollEntry, Scratch, Socket};

/// The time between the beginnings of two attempts, the "Connection Attempt Delay" of RFC 8305, section 5.
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects a stream to the fastest of several addresses, as in RFC 8305 (Happy Eyeballs): the address families
/// take turns, and an attempt begins 250 ms after the one before, or at once when that has failed. The first
/// socket that is connected wins; the other attempts are closed.
///
/// The output is the socket, in blocking mode, and the address that it is connected to. Where no address answers,
/// the error is that of the last attempt that failed.
pub struct Race<P> {
    /// The addresses that have not been tried.
    addresses: VecDeque<Address>,
    /// Opens a socket for an address.
    open: P,
    attempts: Vec<(Socket, Address)>,
    /// The descriptors of the attempts that are in progress, for the wait.
    entries: Vec<PollEntry>,
    /// When to begin the next attempt, or to try again at a full backlog.
    next_start: Option<Instant>,
    backoff: Backoff,
    last_error: Error,
    mode: Mode,
}

/// Orders the addresses so that the families take turns. Each family keeps its order, and the first address stays
/// the first (RFC 8305, section 4).
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
    /// Connects to one of `addresses`. `open` makes a socket for an address, in the mode that it is given.
    #[must_use]
    pub fn new(addresses: Vec<Address>, open: P) -> Race<P> {
        Race {
            addresses: interleaved(addresses),
            open,
            attempts: Vec::new(),
            entries: Vec::new(),
            next_start: None,
            backoff: Backoff::FULL_BACKLOG,
            last_error: Errno::INVAL.during(Self::NAME),
            mode: Mode::NonBlocking,
        }
    }

    /// Begins or continues one attempt. The result is the socket where it is connected.
    fn advance(&mut self, socket: Socket, address: Address) -> Option<(Socket, Address)> {
        match connecting::attempt(&socket, &address) {
            Attempt::Connected => return Some((socket, address)),
            Attempt::InProgress => {
                let entry = PollEntry::new(socket.descriptor(), Interest::Writable.events());
                self.entries.push(entry);
                self.attempts.push((socket, address));
            }
            Attempt::BacklogFull => {
                self.next_start = Some(self.backoff.begin());
                self.attempts.push((socket, address));
            }
            // The next attempt begins at once.
            Attempt::Failed(error) => (self.last_error, self.next_start) = (error, None),
        }
        None
    }

    /// Continues all attempts, and begins those that are due.
    fn advance_all(&mut self) -> Result<Option<(Socket, Address)>, Error> {
        self.entries.clear();
        for (socket, address) in std::mem::take(&mut self.attempts) {
            if let Some(winner) = self.advance(socket, address) {
                return Ok(Some(winner));
            }
        }
        while self.next_start.is_none_or(|start| Instant::now() >= start) {
            let Some(address) = self.addresses.pop_front() else {
                break;
            };
            self.next_start = Some(Instant::now() + HEAD_START);
            match (self.open)(&address, self.mode) {
                Ok(socket) => {
                    if let Some(winner) = self.advance(socket, address) {
                        return Ok(Some(winner));
                    }
                }
                Err(error) => (self.last_error, self.next_start) = (error, None),
            }
        }
        match self.attempts.is_empty() && self.addresses.is_empty() {
            true => Err(self.last_error),
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
        // A single address has no rival, so the thread can wait in the system call.
        let is_single = self.addresses.len() == 1 && self.attempts.is_empty();
        self.mode = match patience {
            Patience::Kernel(deadline) if is_single && deadline.is_never() => Mode::Blocking,
            _ => Mode::NonBlocking,
        };
        let Some((socket, address)) = self.advance_all()? else {
            return Ok(Progress::Waiting);
        };
        // This closes the other sockets.
        self.attempts.clear();
        connecting::finish(socket, address, self.mode == Mode::NonBlocking)
    }

    fn waits_for(&self) -> Wait<'_> {
        let is_backlog_full = self.entries.len() < self.attempts.len();
        match (self.next_start, &*self.entries) {
            (Some(start), entries) if is_backlog_full || !self.addresses.is_empty() => {
                Wait::AnyUntil(entries, start)
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
            .field("next_start", &self.next_start)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn families_take_turns() {
        let four = |port| Address::ipv4(Ipv4Addr::LOCALHOST, port);
        let six = |port| Address::ipv6(Ipv6Addr::LOCALHOST, port, 0);
        let turns = interleaved(vec![six(1), six(2), six(3), four(4)]);
        assert_eq!(turns, [six(1), four(4), six(2), six(3)]);
        let turns = interleaved(vec![four(1), six(2), six(3), four(4), four(5)]);
        assert_eq!(turns, [four(1), six(2), four(4), six(3), four(5)]);
        assert_eq!(interleaved(Vec::new()), []);
    }
}
