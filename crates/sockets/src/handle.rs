//! How operations get at their descriptor.

use std::cell::{Cell, RefCell};

use crate::{Descriptor, Errno, Family, Interest, KernelTimeout, Socket};

/// What an operation gets its descriptor from, anew for each attempt.
pub trait Handle {
    /// The descriptor.
    ///
    /// # Errors
    /// `EBADF` where there is none (any more).
    fn descriptor(&self) -> Result<Descriptor, Errno>;

    /// The kernel's time-out for calls that wait for this readiness, where the descriptor has one
    /// that may be set.
    fn kernel_timeout(&self, interest: Interest) -> Option<&KernelTimeout>;

    /// Whether no value of this crate owns the descriptor. Other code can close such a descriptor, and the system
    /// can give its number out again, without a notification to this crate.
    fn is_unowned(&self) -> bool {
        false
    }

    /// Whether a short read proves that nothing is left to receive. This does not hold for a unix stream, where
    /// a receive stops at passed descriptors, and not for an unowned descriptor, whose kind is unknown.
    fn short_read_drains(&self) -> bool {
        false
    }
}

impl Handle for Descriptor {
    #[inline]
    fn descriptor(&self) -> Result<Descriptor, Errno> {
        Ok(*self)
    }

    #[inline]
    fn kernel_timeout(&self, _: Interest) -> Option<&KernelTimeout> {
        None
    }

    #[inline]
    fn is_unowned(&self) -> bool {
        true
    }
}

/// A place for a socket that several users share: it can be put in, used and closed by any of them.
///
/// Operations hold the place and not the number, so one that goes on after the socket was closed
/// meets no other descriptor that has been given the same number.
#[derive(Debug)]
pub struct SocketCell {
    socket: RefCell<Option<Socket>>,
    family: Cell<Option<Family>>,
    receiving: KernelTimeout,
    sending: KernelTimeout,
}

impl SocketCell {
    /// A place without a socket.
    #[must_use]
    pub const fn empty() -> SocketCell {
        SocketCell {
            socket: RefCell::new(None),
            family: Cell::new(None),
            receiving: KernelTimeout::new(Interest::Readable),
            sending: KernelTimeout::new(Interest::Writable),
        }
    }

    /// A place for a socket that was accepted from `listener`.
    #[must_use]
    pub fn accepted(socket: Socket, family: Option<Family>, listener: &SocketCell) -> SocketCell {
        let place = SocketCell::empty();
        place.put(socket, family);
        place.receiving.inherit(&listener.receiving);
        place.sending.inherit(&listener.sending);
        place
    }

    /// Puts in a socket of addresses of `family`. One that was there before is closed.
    pub fn put(&self, socket: Socket, family: Option<Family>) {
        self.receiving.reset();
        self.sending.reset();
        self.family.set(family);
        self.socket.replace(Some(socket));
    }

    /// The family of the socket's addresses.
    #[must_use]
    pub fn family(&self) -> Option<Family> {
        self.family.get()
    }

    /// Whether there is a socket.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.socket.borrow().is_some()
    }

    /// Closes the socket, if there is one.
    pub fn close(&self) {
        self.socket.replace(None);
    }
}

impl Handle for &SocketCell {
    #[inline]
    fn descriptor(&self) -> Result<Descriptor, Errno> {
        self.socket.borrow().as_ref().map(Socket::descriptor).ok_or(Errno::BADF)
    }

    #[inline]
    fn kernel_timeout(&self, interest: Interest) -> Option<&KernelTimeout> {
        match interest {
            Interest::Readable => Some(&self.receiving),
            // There it starts again with each piece that the kernel queues.
            Interest::Writable if self.family.get() == Some(Family::Unix) => None,
            Interest::Writable => Some(&self.sending),
        }
    }

    #[inline]
    fn short_read_drains(&self) -> bool {
        matches!(self.family.get(), Some(Family::Inet | Family::Inet6))
    }
}
