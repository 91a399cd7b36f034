//! What carries the bytes of a stream: a plain socket, or a layer above one.
//!
//! The operations on records ([`ReadRecord`](crate::operation::ReadRecord),
//! [`SendAll`](crate::operation::SendAll), [`SendPieces`](crate::operation::SendPieces)) use a transport and make no
//! system call. A layer such as TLS has to send before it can receive, and holds bytes of which the kernel does
//! not know; a [`Transport`] can express both.
//!
//! Every [`Handle`] is the transport of a plain socket, where each method makes one system call.

use std::io::IoSlice;
use std::mem::MaybeUninit;

use crate::operation::{Blocking, EventLoop, FirstStep, Patience, Wait, waits_for};
use crate::{Cause, Errno, Handle, Interest, sys};

/// How much to receive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fill {
    /// What has arrived: at least one byte.
    Available,
    /// As much as there is room for. The transport can wait for that inside its system call, where the
    /// attempt allows waiting (`MSG_WAITALL`). It can return less.
    Whole,
}

/// Memory for received bytes. The memory does not have to be initialised.
pub trait Room {
    /// Lends `length` bytes to `receive`, which returns the part at the front that it has written. The room keeps
    /// that part. The result is its length.
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
/// Each method does what the attempt's [`Patience`] allows, and returns `None` where it would have to wait.
/// [`waits_for`](Self::waits_for) then says for what.
pub trait Transport {
    /// Receives at least 1 and at most `length` bytes into `room`. 0 bytes are the end of the stream.
    ///
    /// # Errors
    /// A failure that ends the stream.
    fn receive(
        &self,
        room: &mut impl Room,
        length: usize,
        fill: Fill,
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause>;

    /// Records a short read. The result is whether a further receive is worth while.
    fn note_short_receive(&self, patience: &Patience<'_, impl EventLoop>) -> bool;

    /// Whether a receive would return bytes without a system call. The kernel does not report such bytes to a
    /// driver, so an operation must not wait for them.
    fn has_bytes_ready(&self) -> bool {
        false
    }

    /// Sends bytes, and returns how many of them the transport has taken. The transport can hold them until
    /// [`flush`](Self::flush).
    ///
    /// # Errors
    /// A failure that ends the stream.
    fn send(
        &self,
        bytes: &[u8],
        patience: &mut Patience<'_, impl EventLoop>,
    ) -> Result<Option<usize>, Cause>;

    /// As [`send`](Self::send), for the concatenation of several pieces.
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

    /// Records a short write. The result is whether a further send is worth while.
    fn note_short_send(&self, patience: &Patience<'_, impl EventLoop>) -> bool;

    /// Gives the kernel the bytes that the transport holds. `None` where some of them are left.
    ///
    /// # Errors
    /// A failure that ends the stream.
    fn flush(&self, _patience: &mut Patience<'_, impl EventLoop>) -> Result<Option<()>, Cause> {
        Ok(Some(()))
    }

    /// What the next receive (`Readable`) or send (`Writable`) has to wait for. This can be the other direction of
    /// the descriptor. The kernel must have refused each direction that it names in this attempt (`EAGAIN`),
    /// because the kernel reports readiness to an event loop only once.
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
            Fill::Available => (0, FirstStep::Call),
            // Often a part has arrived. The driver would have to wait for the rest.
            Fill::Whole => (libc::MSG_WAITALL, FirstStep::SetTimeout),
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
        let first = FirstStep::to_send(bytes.len());
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
        let first = FirstStep::to_send(pieces.iter().map(|piece| piece.len()).sum());
        Ok(patience.call(self, Interest::Writable, first, |to, blocking| {
            sys::send_message(to, pieces, None, &[], blocking.flags())
        })?)
    }

    #[inline]
    fn note_short_send(&self, patience: &Patience<'_, impl EventLoop>) -> bool {
        patience.retries_after_short_call()
    }

    #[inline]
    fn waits_for(&self, interest: Interest) -> Wait<'_> {
        waits_for(self, interest)
    }
}
