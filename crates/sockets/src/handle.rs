//! Where operations get their descriptor from.

use std::cell::{Cell, RefCell};

use crate::{Descriptor, Errno, Family, Interest, KernelTimeout, Socket};

/// The source of an operation's descriptor, which each attempt asks again.
pub trait Handle {
    /// The descriptor.
    ///
    /// # Errors
    /// `EBADF` where there is no descriptor, for instance because it has been closed.
    fn descriptor(&self) -> Result<Descriptor, Errno>;

    /// The kernel's time-out for calls that wait for this readiness, where operations may set it.
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

/// A cell for a socket that several callers share. Each of them can put a socket in, use it and close it.
///
/// An operation refers to the cell and not to the number of the descriptor. So an operation that continues after the
/// socket was closed cannot reach another descriptor with a reused number.
#[derive(Debug)]
pub struct SocketCell {
    socket: RefCell<Option<Socket>>,
    family: Cell<Option<Family>>,
    receiving: KernelTimeout,
    sending: KernelTimeout,
}

impl SocketCell {
    /// A cell without a socket.
    #[must_use]
    pub const fn empty() -> SocketCell {
        SocketCell {
            socket: RefCell::new(None),
            family: Cell::new(None),
            receiving: KernelTimeout::new(Interest::Readable),
            sending: KernelTimeout::new(Interest::Writable),
        }
    }

    /// A cell with a socket that was accepted from `listener`.
    #[must_use]
    pub fn accepted(socket: Socket, family: Option<Family>, listener: &SocketCell) -> SocketCell {
        let cell = SocketCell::empty();
        cell.put(socket, family);
        cell.receiving.inherit(&listener.receiving);
        cell.sending.inherit(&listener.sending);
        cell
    }

    /// Puts in a socket of addresses of `family`, and closes the one that was there before.
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
            // On a unix socket, the kernel's time-out starts again with each part of the bytes that it queues.
            Interest::Writable if self.family.get() == Some(Family::Unix) => None,
            Interest::Writable => Some(&self.sending),
        }
    }

    #[inline]
    fn short_read_drains(&self) -> bool {
        matches!(self.family.get(), Some(Family::Inet | Family::Inet6))
    }
}
