//! Connecting to the first of several addresses that answers, one after the other.

use std::time::Instant;

use super::backoff::Backoff;
use super::connecting::{self, Attempt};
use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::socket::family_of;
use crate::{Address, Errno, Error, Interest, Kind, Scratch, Socket, SocketOption};

/// Connects to the first of `addresses` that answers, in their order, `connect(2)`. The output is the socket and
/// the address that it is connected to. Where no address answers, the error is that of the last one.
///
/// The connected socket is in blocking mode.
#[derive(Debug)]
pub struct Connect {
    addresses: std::vec::IntoIter<Address>,
    kind: Kind,
    options: Vec<(&'static SocketOption<bool>, bool)>,
    current: Option<(Socket, Address)>,
    is_nonblocking: bool,
    last_error: Error,
    backoff: Backoff,
}

impl Connect {
    /// Connects a new socket of `kind`.
    #[must_use]
    pub fn new(addresses: Vec<Address>, kind: Kind) -> Connect {
        Connect {
            addresses: addresses.into_iter(),
            kind,
            options: Vec::new(),
            current: None,
            is_nonblocking: false,
            last_error: Errno::INVAL.during(Self::NAME),
            backoff: Backoff::FULL_BACKLOG,
        }
    }

    /// Sets options of each socket before it is connected.
    #[must_use]
    pub fn with_options(mut self, options: Vec<(&'static SocketOption<bool>, bool)>) -> Connect {
        self.options = options;
        self
    }

    fn open(&self, address: &Address) -> Result<Socket, Error> {
        let socket = Socket::open(family_of(address, Self::NAME)?, self.kind, self.is_nonblocking)?;
        for (option, value) in &self.options {
            socket.descriptor().set_option(option, *value)?;
        }
        Ok(socket)
    }

    /// A socket for the next address for which one can be opened.
    fn next_socket(&mut self) -> Result<(Socket, Address), Error> {
        loop {
            let Some(address) = self.addresses.next() else {
                return Err(self.last_error);
            };
            match self.open(&address) {
                Ok(socket) => return Ok((socket, address)),
                Err(error) => self.last_error = error,
            }
        }
    }
}

impl Operation for Connect {
    const NAME: &'static str = "connect";
    type Output = (Socket, Address);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<(Socket, Address)>, Error> {
        self.is_nonblocking =
            !matches!(patience, Patience::Kernel(deadline) if deadline.is_never());
        self.backoff.end();
        loop {
            let (socket, address) = match self.current.take() {
                Some(current) => current,
                None => self.next_socket()?,
            };
            match connecting::attempt(&socket, &address) {
                Attempt::Connected => {
                    return connecting::finish(socket, address, self.is_nonblocking);
                }
                Attempt::InProgress => {}
                Attempt::BacklogFull => drop(self.backoff.begin()),
                Attempt::Failed(error) => {
                    self.last_error = error;
                    continue;
                }
            }
            self.current = Some((socket, address));
            return Ok(Progress::Waiting);
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        match (self.backoff.retry(), &self.current) {
            (None, Some((socket, _))) => Wait::Descriptor(socket.descriptor(), Interest::Writable),
            // Without a socket there is nothing to wait for: no attempt was made.
            (retry, _) => Wait::Until(retry.unwrap_or_else(Instant::now)),
        }
    }
}
