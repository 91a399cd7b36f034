//! Connecting to the first of several addresses that answers.

use std::time::Instant;

use super::pause::Pauses;
use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::socket::family_of;
use crate::{Address, Errno, Error, Interest, Kind, Scratch, Socket, SocketOption, sys};

/// Connects to the first of `addresses` that answers, in their order, `connect(2)`. The output is
/// the socket and the address that it reached; where none answers, the error is the last one's.
///
/// The socket is in blocking mode when it is connected.
#[derive(Debug)]
pub struct Connect {
    addresses: std::vec::IntoIter<Address>,
    kind: Kind,
    options: Vec<(&'static SocketOption<bool>, bool)>,
    current: Option<(Socket, Address)>,
    nonblocking: bool,
    last: Error,
    pauses: Pauses,
    retry: Option<Instant>,
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
            nonblocking: false,
            last: Errno::INVAL.during(Self::NAME),
            pauses: Pauses::FULL_QUEUE,
            retry: None,
        }
    }

    /// Sets options of each socket before it is connected.
    #[must_use]
    pub fn with_options(mut self, options: Vec<(&'static SocketOption<bool>, bool)>) -> Connect {
        self.options = options;
        self
    }

    fn open(&self, address: &Address) -> Result<Socket, Error> {
        let socket = Socket::open(family_of(address, Self::NAME)?, self.kind, self.nonblocking)?;
        for (option, value) in &self.options {
            socket.descriptor().set_option(option, *value)?;
        }
        Ok(socket)
    }

    /// A socket for the next address.
    fn next(&mut self) -> Result<(Socket, Address), Error> {
        loop {
            let Some(address) = self.addresses.next() else {
                return Err(self.last);
            };
            match self.open(&address) {
                Ok(socket) => return Ok((socket, address)),
                Err(error) => self.last = error,
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
        self.nonblocking = !matches!(patience, Patience::Kernel(deadline) if deadline.is_never());
        self.retry = None;
        loop {
            let (socket, address) = match self.current.take() {
                Some(current) => current,
                None => self.next()?,
            };
            // A call for a connection that is under way asks how it is, and continues one that a
            // signal has interrupted.
            match sys::connect(socket.descriptor(), &address) {
                Ok(()) | Err(Errno::ISCONN) => {
                    if self.nonblocking {
                        sys::set_nonblocking(socket.descriptor(), false)
                            .map_err(|errno| errno.during(Self::NAME))?;
                    }
                    return Ok(Progress::Done((socket, address)));
                }
                Err(Errno::INTR) => self.current = Some((socket, address)),
                Err(Errno::INPROGRESS | Errno::ALREADY) => {
                    self.current = Some((socket, address));
                    return Ok(Progress::Waiting);
                }
                Err(Errno::AGAIN) if self.kind == Kind::Stream && address.ip().is_none() => {
                    self.retry = Some(self.pauses.begin());
                    self.current = Some((socket, address));
                    return Ok(Progress::Waiting);
                }
                Err(errno) => self.last = errno.during(Self::NAME),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        match (self.retry, &self.current) {
            (None, Some((socket, _))) => Wait::Descriptor(socket.descriptor(), Interest::Writable),
            (retry, _) => Wait::Until(retry.unwrap_or_else(Instant::now)),
        }
    }
}
