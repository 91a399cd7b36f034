//! Sockets that own their descriptor.

use std::mem;
use std::os::fd::{IntoRawFd, OwnedFd};

use crate::options::REUSE_ADDRESS;
use crate::reactor::descriptor_is_opened;
use crate::{Address, AddressInfo, Descriptor, Errno, Error, Family, sys};

/// How a socket carries data, `socket(2)`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A stream of bytes over a connection: TCP, or unix.
    Stream,
    /// Messages of their own: UDP, or unix.
    Datagram,
}

impl Kind {
    /// The socket type's number, `SOCK_STREAM` and so on.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Kind::Stream => libc::SOCK_STREAM,
            Kind::Datagram => libc::SOCK_DGRAM,
        }
    }
}

/// Whether calls on a socket wait.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// They wait where they have to.
    Blocking,
    /// They return at once (`O_NONBLOCK`).
    NonBlocking,
}

/// Which direction of a connection is to end, `shutdown(2)`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shutdown {
    /// Nothing more is received.
    Receiving,
    /// Nothing more is sent: the peer finds the end of the stream.
    Sending,
    /// Both.
    Both,
}

impl Shutdown {
    /// Every direction.
    pub const ALL: [Shutdown; 3] = [Shutdown::Receiving, Shutdown::Sending, Shutdown::Both];

    /// The constant's number, `SHUT_RD` and so on.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Shutdown::Receiving => libc::SHUT_RD,
            Shutdown::Sending => libc::SHUT_WR,
            Shutdown::Both => libc::SHUT_RDWR,
        }
    }
}

/// Whether sockets of the type with this number have a connection, and so an end: then nothing
/// received means that the peer has closed it.
#[must_use]
pub const fn is_connection_oriented(kind: i32) -> bool {
    kind == libc::SOCK_STREAM || kind == libc::SOCK_SEQPACKET
}

/// A socket. It closes its descriptor when it is dropped. The sockets that this crate makes are
/// close-on-exec.
///
/// A socket holds the number of its descriptor, not an `OwnedFd`, and gives out no `BorrowedFd`: it can
/// be made of a number that a program gives ([`from_descriptor`](Self::from_descriptor)), and the
/// program can close the descriptor by its number. So nothing can promise that the descriptor is open,
/// which is what I/O safety asks of these types. The kernel answers `EBADF` for a number that is not
/// open.
///
/// ```compile_fail,E0599
/// use std::os::fd::AsFd;
/// use moonwire_sockets::{Descriptor, Socket};
///
/// let socket = Socket::from_descriptor(Descriptor::from_number(1000));
/// let borrowed = socket.as_fd();
/// ```
#[derive(Debug)]
pub struct Socket(Descriptor);

impl Socket {
    /// The longest queue of connections that can be asked for, `SOMAXCONN`.
    pub const LARGEST_BACKLOG: i32 = libc::SOMAXCONN;

    /// A socket that is not bound or connected, in blocking mode.
    ///
    /// # Errors
    /// That of `socket(2)`.
    pub fn new(family: Family, kind: Kind) -> Result<Socket, Error> {
        Socket::open(family, kind, false)
    }

    /// A socket that is not bound or connected, in non-blocking mode: every call on its
    /// descriptor returns at once.
    ///
    /// # Errors
    /// That of `socket(2)`.
    pub fn nonblocking(family: Family, kind: Kind) -> Result<Socket, Error> {
        Socket::open(family, kind, true)
    }

    /// A socket that is not bound or connected, in this mode.
    ///
    /// # Errors
    /// That of `socket(2)`.
    pub fn in_mode(family: Family, kind: Kind, mode: Mode) -> Result<Socket, Error> {
        Socket::open(family, kind, mode == Mode::NonBlocking)
    }

    pub(crate) fn open(family: Family, kind: Kind, nonblocking: bool) -> Result<Socket, Error> {
        sys::socket(family.domain(), kind.number(), 0, nonblocking)
            .map(Socket::from)
            .map_err(|errno| errno.during("socket"))
    }

    /// A socket for an address, of the type and protocol that go with it.
    ///
    /// # Errors
    /// That of `socket(2)`; `EAFNOSUPPORT` for an address without a family.
    pub fn for_address(info: &AddressInfo, nonblocking: bool) -> Result<Socket, Error> {
        let family = family_of(&info.address, "socket")?;
        sys::socket(family.domain(), info.kind, info.protocol, nonblocking)
            .map(Socket::from)
            .map_err(|errno| errno.during("socket"))
    }

    /// Two unix sockets that are connected with each other, `socketpair(2)`. Type and protocol are
    /// the system's numbers.
    ///
    /// # Errors
    /// That of the system call.
    pub fn pair(kind: i32, protocol: i32, nonblocking: bool) -> Result<[Socket; 2], Error> {
        sys::pair(kind, protocol, nonblocking)
            .map(|(first, second)| [first.into(), second.into()])
            .map_err(|errno| errno.during("socketpair"))
    }

    /// A stream socket that listens on `address`, as by [`listen_at`](Self::listen_at).
    ///
    /// # Errors
    /// That of the system call that failed; `EAFNOSUPPORT` for an address without a family.
    pub fn listen_on(address: &Address, backlog: i32) -> Result<Socket, Error> {
        let socket = Socket::new(family_of(address, "bind")?, Kind::Stream)?;
        socket.listen_at(address, backlog)?;
        Ok(socket)
    }

    /// Binds the socket to `address` and makes it listen. An IPv4 or IPv6 address can be bound again
    /// while connections of an earlier listener linger (`SO_REUSEADDR`).
    ///
    /// # Errors
    /// That of the system call that failed.
    pub fn listen_at(&self, address: &Address, backlog: i32) -> Result<(), Error> {
        if address.family() != Some(Family::Unix) {
            self.descriptor().set_option(&REUSE_ADDRESS, true)?;
        }
        self.bind(address)?;
        self.listen(backlog)
    }

    /// A datagram socket bound to `address`.
    ///
    /// # Errors
    /// That of the system call that failed; `EAFNOSUPPORT` for an address without a family.
    pub fn datagram_on(address: &Address) -> Result<Socket, Error> {
        let socket = Socket::new(family_of(address, "bind")?, Kind::Datagram)?;
        socket.bind(address)?;
        Ok(socket)
    }

    /// Gives the socket a local address, `bind(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn bind(&self, address: &Address) -> Result<(), Error> {
        self.descriptor().bind(address)
    }

    /// Makes the socket accept connections, of which `backlog` can be pending, `listen(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn listen(&self, backlog: i32) -> Result<(), Error> {
        self.descriptor().listen(backlog)
    }

    /// Begins to connect a socket in non-blocking mode, `connect(2)`, and does not wait for the end:
    /// the socket becomes writable when the attempt is over, and
    /// [`PENDING_ERROR`](crate::options::PENDING_ERROR) then says whether it failed.
    ///
    /// # Errors
    /// That of the system call, where the connection cannot even be begun. `EAGAIN` is that of a
    /// unix listener whose backlog is full.
    pub fn begin_connect(&self, address: &Address) -> Result<(), Error> {
        match sys::connect(self.descriptor(), address) {
            // An interrupted call goes on by itself.
            Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(()),
            Err(errno) => Err(errno.during("connect")),
        }
    }

    /// A socket of a descriptor that the caller gives up: the socket closes it.
    ///
    /// Any number can be given. A number that is not open makes calls fail with `EBADF`. A descriptor
    /// that something else owns as well is closed under that owner, as by [`Descriptor::close`].
    #[must_use]
    pub fn from_descriptor(descriptor: Descriptor) -> Socket {
        // Reactors keep a place for each number up to the largest one that was opened.
        if sys::close_on_exec(descriptor).is_ok() {
            descriptor_is_opened(descriptor);
        }
        Socket(descriptor)
    }

    /// The number of the descriptor, for operations.
    #[must_use]
    pub const fn descriptor(&self) -> Descriptor {
        self.0
    }

    /// Closes the socket, as dropping it does, and returns the result.
    ///
    /// # Errors
    /// That of `close(2)`.
    pub fn close(self) -> Result<(), Error> {
        self.into_descriptor().close_owned()
    }

    /// Releases the descriptor: it stays open, and the caller must close it.
    #[must_use]
    pub fn into_descriptor(self) -> Descriptor {
        let descriptor = self.descriptor();
        mem::forget(self);
        descriptor
    }
}

impl From<OwnedFd> for Socket {
    fn from(descriptor: OwnedFd) -> Self {
        let descriptor = Descriptor::from_number(descriptor.into_raw_fd());
        descriptor_is_opened(descriptor);
        Socket(descriptor)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // `EBADF` says that the program has closed the number. For other errors no caller is left.
        let _ = self.descriptor().close_owned();
    }
}

/// The family of an address that is to be used in `operation`.
pub(crate) fn family_of(address: &Address, operation: &'static str) -> Result<Family, Error> {
    address.family().ok_or(Errno::AFNOSUPPORT.during(operation))
}
