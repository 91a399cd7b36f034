//! What carries the bytes of a stream: a plain socket, or a layer above one.
//!
//! The operations on records ([`ReadRecord`](crate::operation::ReadRecord),
//! [`SendAll`](crate::operation::SendAll), [`SendPieces`](crate::operation::SendPieces)) know a transport and
//! no system call. A layer such as TLS has to send before it can receive, and holds bytes that the kernel
//! knows nothing of; a [`Transport`] can say both.
//!
//! Every [`Handle`] is the transport of a plain socket. It makes one system call for each call of its methods.

use std::io::IoSlice;
use std::mem::MaybeUninit;

use crate::operation::{Blocking, EventLoop, First, Patience, Wait, waits_for};
use crate::{Cause, Errno, Handle, Interest, sys};

/// How much a receive is to bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fill {
    /// What is there: at least one byte.
    Available,
    /// All that there is room for. The transport can wait for that inside of its system call, where the
    /// attempt allows waiting (`MSG_WAITALL`), and can bring less.
    Whole,
}

/// Memory that received bytes go to. It need not be initialised.
pub trait Room {
    /// Lends `length` bytes to `receive`, which returns the beginning of them that it has written, and keeps
    /// those. The result is their count.
    ///
    /// # Errors
    /// What `receive` returns, and `ENOMEM`.
    fn fill(
        &mut self,
        length: usize,
        receive: impl for<'room> FnOnce(&'room mut [MaybeUninit<u8>]) -> Result<&'room mut [u8], Errno>,
    ) -> Result<usize, Errno>;
}

/// What carries the bytes of a stream.
///
/// Each method does what can be done within the attempt's [`Patience`], and returns `None` where it has to
/// wait. [`waits_for`](Self::waits_for) then says for what.
pub trait Transport {
    /// Receives at most `length` bytes, at least 1, into `room`. No bytes are the end of the stream.
    ///
    /// # Errors
    /// What has ended the stream for good.
    fn receive(
        &self,
        room: &mut impl Room,
        length: usize,
        fill: Fill,
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause>;

    /// Takes note that a receive has brought less than it had room for. Whether the kernel may have more all
    /// the same.
    fn note_short_receive(&self, patience: &Patience<'_, impl EventLoop>) -> bool;

    /// Whether a receive would bring bytes without asking the kernel. The kernel tells no driver of such
    /// bytes, so an operation must not wait for them.
    fn has_bytes_ready(&self) -> bool {
        false
    }

    /// Sends bytes, and returns how many of them it has taken. What it has taken can still lie in this
    /// process, see [`flush`](Self::flush).
    ///
    /// # Errors
    /// What has ended the stream for good.
    fn send(
        &self,
        bytes: &[u8],
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause>;

    /// As [`send`](Self::send) for several pieces, one behind the other.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    fn send_pieces(
        &self,
        pieces: &[IoSlice<'_>],
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause> {
        match pieces.iter().find(|piece| !piece.is_empty()) {
            Some(piece) => self.send(piece, patience),
            None => Ok(Some(0)),
        }
    }

    /// Takes note that a send has taken less than it was given. Whether another may take more at once.
    fn note_short_send(&self, patience: &Patience<'_, impl EventLoop>) -> bool;

    /// Gives the kernel what was sent before and lies in this process. `None` where some of it is left.
    ///
    /// # Errors
    /// What has ended the stream for good.
    fn flush(&self, _patience: &mut Patience<'_, impl EventLoop>) -> Result<Option<()>, Cause> {
        Ok(Some(()))
    }

    /// What must come before the next receive (`Readable`) or send (`Writable`) is worth while. That need not
    /// be the same direction of the descriptor. Each direction that it names must be one that the kernel has
    /// refused in this attempt: an event loop hears of what is ready only once.
    fn waits_for(&self, interest: Interest) -> Wait<'_>;
}

/// A plain socket.
impl<H: Handle> Transport for H {
    #[inline(always)]
    fn receive(
        &self,
        room: &mut impl Room,
        length: usize,
        fill: Fill,
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause> {
        let (flags, first) = match fill {
            Fill::Available => (0, First::Try),
            // Part of it is often there, and the rest would be left to the driver.
            Fill::Whole => (libc::MSG_WAITALL, First::Prepare),
        };
        let receive = |from, blocking: Blocking| {
            let flags = flags | blocking.flags();
            room.fill(length, |room| sys::receive(from, room, flags))
        };
        Ok(patience.call(self, Interest::Readable, first, receive)?)
    }

    #[inline]
    fn note_short_receive(&self, patience: &Patience<'_, impl EventLoop>) -> bool {
        patience.note_short_receive(self)
    }

    #[inline(always)]
    fn send(
        &self,
        bytes: &[u8],
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause> {
        let first = First::to_send(bytes.len());
        Ok(patience.call(self, Interest::Writable, first, |to, blocking| {
            sys::send(to, bytes, None, blocking.flags())
        })?)
    }

    #[inline]
    fn send_pieces(
        &self,
        pieces: &[IoSlice<'_>],
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause> {
        let first = First::to_send(pieces.iter().map(|piece| piece.len()).sum());
        Ok(patience.call(self, Interest::Writable, first, |to, blocking| {
            sys::send_message(to, pieces, None, &[], blocking.flags())
        })?)
    }

    #[inline]
    fn note_short_send(&self, patience: &Patience<'_, impl EventLoop>) -> bool {
        patience.tries_again()
    }

    #[inline]
    fn waits_for(&self, interest: Interest) -> Wait<'_> {
        waits_for(self, interest)
    }
}
