//! Messages with control messages and descriptors.

use std::io::IoSlice;
use std::os::fd::OwnedFd;

use super::DontWait;
use super::receiving::{Received, Receiving};
use super::sending::Sending;
use crate::operation::Operation;
use crate::operation::send::PeerQueue;
use crate::sys::control;
use crate::{Address, ControlMessage, Descriptor, Errno, Handle, Scratch, sys};

/// What [`send_message`] sends.
#[derive(Debug, Default)]
pub struct OutgoingMessage<'a> {
    /// The data, in pieces.
    pub pieces: Vec<IoSlice<'a>>,
    /// The destination, for a socket that is not connected.
    pub destination: Option<Address>,
    /// Descriptors whose copies are passed over a unix socket (`SCM_RIGHTS`).
    pub descriptors: Vec<Descriptor>,
    /// Further control messages.
    pub control: Vec<ControlMessage>,
}

/// Sends a message, `sendmsg(2)`. The output is the count of bytes that the kernel has taken.
pub fn send_message(
    handle: impl Handle,
    message: OutgoingMessage<'_>,
    flags: i32,
) -> impl Operation<Output = usize> {
    let mut buffer = Vec::new();
    if !message.descriptors.is_empty() {
        let numbers: Vec<u8> =
            message.descriptors.iter().flat_map(|number| number.number().to_ne_bytes()).collect();
        control::append(&mut buffer, libc::SOL_SOCKET, libc::SCM_RIGHTS, &numbers);
    }
    for ControlMessage { level, kind, data } in &message.control {
        control::append(&mut buffer, *level, *kind, data);
    }
    Sending {
        name: "sendmsg",
        handle,
        dont_wait: DontWait::for_flags(flags),
        length: message.pieces.iter().map(|piece| piece.len()).sum(),
        sent: 0,
        peer_queue: PeerQueue::new(message.destination.as_ref().and_then(Address::family)),
        call: move |descriptor: Descriptor, sent, more| {
            let OutgoingMessage { pieces, destination, .. } = &message;
            let (destination, flags) = (destination.as_ref(), flags | more);
            match sent {
                0 => sys::send_message(descriptor, pieces, destination, &buffer, flags),
                // The control messages were sent with the first bytes.
                _ => sys::send_message(
                    descriptor,
                    &without_front(pieces, sent),
                    destination,
                    &[],
                    flags,
                ),
            }
        },
    }
}

/// The pieces without their first `count` bytes.
#[cold]
fn without_front<'a>(pieces: &[IoSlice<'a>], count: usize) -> Vec<IoSlice<'a>> {
    let mut pieces = pieces.to_vec();
    let mut rest = &mut pieces[..];
    IoSlice::advance_slices(&mut rest, count);
    rest.to_vec()
}

/// What [`receive_message`] has received besides the bytes in the scratch memory.
#[derive(Debug)]
pub struct IncomingMessage {
    /// The count of bytes.
    pub length: usize,
    /// The sender's address, without bytes where the sender has none.
    pub sender: Address,
    /// The descriptors that were passed, close-on-exec.
    pub descriptors: Vec<OwnedFd>,
    /// The other control messages.
    pub control: Vec<ControlMessage>,
    /// `MSG_TRUNC` and so on.
    pub flags: i32,
}

impl IncomingMessage {
    /// Whether the message had more bytes than there was room for.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.flags & libc::MSG_TRUNC != 0
    }

    /// Whether there was no room for all control messages and descriptors. The kernel has closed descriptors without
    /// room.
    #[must_use]
    pub const fn is_control_truncated(&self) -> bool {
        self.flags & libc::MSG_CTRUNC != 0
    }
}

/// Receives one message, at most `limit` bytes of it and `control` bytes of control messages,
/// `recvmsg(2)`. `low_water` is the socket's `SO_RCVLOWAT`, 1 by default.
pub fn receive_message(
    handle: impl Handle,
    limit: usize,
    control: usize,
    low_water: usize,
    flags: i32,
) -> impl Operation<Output = IncomingMessage> {
    let mut buffer = vec![0; control];
    let call = move |descriptor: Descriptor, scratch: &mut Scratch, limit, flags| {
        let mut message = None;
        let length = scratch.fill(limit, |room| {
            let received = sys::receive_message(descriptor, room, &mut buffer, flags)?;
            message = Some(IncomingMessage {
                length: received.bytes.len(),
                sender: received.sender,
                descriptors: received.descriptors,
                control: received.control,
                flags: received.flags,
            });
            Ok(received.bytes)
        })?;
        message.filter(|message| message.length == length).ok_or(Errno::NOMSG)
    };
    Receiving::new("recvmsg", handle, limit, low_water, flags, call)
}

impl Received for IncomingMessage {
    fn length(&self) -> usize {
        self.length
    }

    fn join(self, later: IncomingMessage) -> IncomingMessage {
        let control = if later.control.is_empty() { self.control } else { later.control };
        IncomingMessage {
            length: self.length + later.length,
            sender: self.sender,
            descriptors: later.descriptors,
            control,
            flags: self.flags | later.flags,
        }
    }

    /// The kernel does not join the bytes of a message that has descriptors or credentials with those of another
    /// message, `unix(7)`.
    fn is_last(&self) -> bool {
        let has_credentials = |message: &ControlMessage| {
            (message.level, message.kind) == (libc::SOL_SOCKET, sys::linux::SCM_CREDENTIALS)
        };
        !self.descriptors.is_empty()
            || self.is_control_truncated()
            || self.control.iter().any(has_credentials)
    }
}

/// Room for the control message of one descriptor, and not of two.
pub const ROOM_FOR_ONE_DESCRIPTOR: usize = control::room_for(size_of::<i32>());
