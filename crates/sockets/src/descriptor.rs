//! Descriptors as numbers.

use std::os::fd::{IntoRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::options::SocketOption;
use crate::reactor::{descriptor_is_closed, descriptor_is_opened};
use crate::{Address, Errno, Error, Shutdown, Socket, sys};

/// The number of a file descriptor, not owned.
///
/// A call with the number of a descriptor that is not open fails with `EBADF`. After a descriptor is closed, the
/// system can reuse its number: a call with an old number can then reach another descriptor. A
/// [`Socket`](crate::Socket) owns its descriptor, so its number is never old.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Descriptor(i32);

impl Descriptor {
    /// Names a descriptor by its number.
    #[must_use]
    pub const fn from_number(number: i32) -> Descriptor {
        Descriptor(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Releases the ownership of a descriptor: it stays open, and the caller must close it.
    #[must_use]
    pub fn from_owned(descriptor: OwnedFd) -> Descriptor {
        let descriptor = Descriptor(descriptor.into_raw_fd());
        descriptor_is_opened(descriptor);
        descriptor
    }

    /// The address that the socket is bound to, `getsockname(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn local_address(self) -> Result<Address, Error> {
        sys::local_address(self).map_err(|errno| errno.during("getsockname"))
    }

    /// The address of the peer that the socket is connected to, `getpeername(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn peer_address(self) -> Result<Address, Error> {
        sys::peer_address(self).map_err(|errno| errno.during("getpeername"))
    }

    /// Sets a socket option, `setsockopt(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn set_option<T>(self, option: &SocketOption<T>, value: T) -> Result<(), Error> {
        option.set(self, value)
    }

    /// The state of a socket option, `getsockopt(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn option<T>(self, option: &SocketOption<T>) -> Result<T, Error> {
        option.get(self)
    }

    /// Gives a socket a local address, `bind(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn bind(self, address: &Address) -> Result<(), Error> {
        sys::bind(self, address).map_err(|errno| errno.during("bind"))
    }

    /// Makes a socket accept connections, of which `backlog` may be pending, `listen(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn listen(self, backlog: i32) -> Result<(), Error> {
        sys::listen(self, backlog).map_err(|errno| errno.during("listen"))
    }

    /// Ends a connection in one direction or both, `shutdown(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn shutdown(self, how: Shutdown) -> Result<(), Error> {
        sys::shutdown(self, how.number()).map_err(|errno| errno.during("shutdown"))
    }

    /// Sets or changes the peer of a datagram socket, `connect(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn set_peer(self, peer: &Address) -> Result<(), Error> {
        sys::connect(self, peer).map_err(|errno| errno.during("connect"))
    }

    /// Whether calls on the descriptor return at once, `O_NONBLOCK` of `fcntl(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn is_nonblocking(self) -> Result<bool, Error> {
        sys::nonblocking(self).map_err(|errno| errno.during("fcntl"))
    }

    /// Sets whether calls on the descriptor return at once.
    ///
    /// # Errors
    /// That of the system call.
    pub fn set_nonblocking(self, enable: bool) -> Result<(), Error> {
        sys::set_nonblocking(self, enable).map_err(|errno| errno.during("ioctl"))
    }

    /// Whether the descriptor is closed when another program is executed, `FD_CLOEXEC` of
    /// `fcntl(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn is_close_on_exec(self) -> Result<bool, Error> {
        sys::close_on_exec(self).map_err(|errno| errno.during("fcntl"))
    }

    /// Sets whether the descriptor is closed when another program is executed.
    ///
    /// # Errors
    /// That of the system call.
    pub fn set_close_on_exec(self, enable: bool) -> Result<(), Error> {
        sys::set_close_on_exec(self, enable).map_err(|errno| errno.during("fcntl"))
    }

    /// Whether the next byte to be read is the one that was sent urgently, `sockatmark(3)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn is_at_mark(self) -> Result<bool, Error> {
        sys::at_mark(self).map_err(|errno| errno.during("sockatmark"))
    }

    /// A further descriptor for the same socket, close-on-exec, `dup(2)`.
    ///
    /// # Errors
    /// That of the system call.
    pub fn duplicate(self) -> Result<Socket, Error> {
        sys::duplicate(self).map(Socket::from).map_err(|errno| errno.during("dup"))
    }

    /// Closes the descriptor, `close(2)`. The number is free afterwards, whatever this returns.
    ///
    /// This is for APIs whose callers hold numbers. No value such as [`Socket`](crate::Socket) may own the descriptor,
    /// because the value would close it a second time.
    ///
    /// # Errors
    /// That of the system call.
    pub fn close(self) -> Result<(), Error> {
        ANY_CLOSED.store(true, Ordering::Relaxed);
        self.close_owned()
    }

    /// Closes the descriptor for the value that owns it.
    pub(crate) fn close_owned(self) -> Result<(), Error> {
        descriptor_is_closed(self);
        sys::close(self).map_err(|errno| errno.during("close"))
    }

    /// Whether a descriptor that was made non-blocking still is. The number can belong to another descriptor by now, but
    /// only in a process that closes descriptors by their numbers.
    pub(crate) fn is_still_nonblocking(self) -> Result<bool, Errno> {
        if ANY_CLOSED.load(Ordering::Relaxed) { sys::nonblocking(self) } else { Ok(true) }
    }
}

/// Whether [`Descriptor::close`] has been called in this process.
static ANY_CLOSED: AtomicBool = AtomicBool::new(false);
