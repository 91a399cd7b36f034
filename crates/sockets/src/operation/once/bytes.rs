//! Sending and receiving bytes.

use super::DontWait;
use super::receiving::{Received, Receiving};
use super::sending::Sending;
use crate::operation::Operation;
use crate::operation::send::PeerQueue;
use crate::operation::send_file::MOST_AT_ONCE;
use crate::{Address, Descriptor, Handle, Scratch, sys};

/// Sends bytes, `send(2)` or `sendto(2)`. The output is the count of bytes that the kernel has taken.
#[inline]
pub fn send(
    handle: impl Handle,
    bytes: &[u8],
    destination: Option<Address>,
    flags: i32,
) -> impl Operation<Output = usize> {
    Sending {
        name: "send",
        handle,
        dont_wait: DontWait::for_flags(flags),
        length: bytes.len(),
        sent: 0,
        peer_queue: PeerQueue::new(destination.as_ref().and_then(Address::family)),
        call: move |descriptor: Descriptor, sent, more| {
            sys::send(descriptor, &bytes[sent..], destination.as_ref(), flags | more)
        },
    }
}

/// Sends at most `length` bytes of a file, from `offset` or else from the file's own position,
/// `sendfile(2)`. The output is the count of bytes that the kernel has taken, 0 at the end of the file. The
/// bytes are not copied into this process, and the call never raises `SIGPIPE`.
pub fn send_file(
    handle: impl Handle,
    file: Descriptor,
    offset: Option<i64>,
    length: usize,
) -> impl Operation<Output = usize> {
    Sending {
        name: "sendfile",
        handle,
        dont_wait: DontWait::SetMode,
        length: length.min(MOST_AT_ONCE as usize),
        sent: 0,
        peer_queue: PeerQueue::NONE,
        call: move |descriptor: Descriptor, sent, _| {
            // Without an offset, the kernel has moved the file's own position.
            let offset = offset.map(|offset| offset.saturating_add(sent as i64));
            sys::send_file(descriptor, file, offset, length - sent)
        },
    }
}

/// Receives at most `limit` bytes into the scratch memory, `recv(2)`. The output is their count: 0
/// at the end of a stream, or for an empty datagram. `low_water` is the socket's `SO_RCVLOWAT`, 1 by
/// default.
#[inline]
pub fn receive(
    handle: impl Handle,
    limit: usize,
    low_water: usize,
    flags: i32,
) -> impl Operation<Output = usize> {
    let call = |descriptor: Descriptor, scratch: &mut Scratch, limit, flags| {
        scratch.fill(limit, |room| sys::receive(descriptor, room, flags))
    };
    Receiving::new("recv", handle, limit, low_water, flags, call)
}

/// As [`receive`], with the sender's address, `recvfrom(2)`. The address has no bytes where the sender has none.
pub fn receive_from(
    handle: impl Handle,
    limit: usize,
    low_water: usize,
    flags: i32,
) -> impl Operation<Output = (usize, Address)> {
    let call = |descriptor: Descriptor, scratch: &mut Scratch, limit, flags| {
        let mut sender = Address::unnamed();
        let length = scratch.fill(limit, |room| {
            let (bytes, address) = sys::receive_from(descriptor, room, flags)?;
            sender = address;
            Ok(bytes)
        })?;
        Ok((length, sender))
    };
    Receiving::new("recvfrom", handle, limit, low_water, flags, call)
}

impl Received for usize {
    fn length(&self) -> usize {
        *self
    }

    fn join(self, later: usize) -> usize {
        self + later
    }
}

impl Received for (usize, Address) {
    fn length(&self) -> usize {
        self.0
    }

    fn join(self, (later, _): (usize, Address)) -> (usize, Address) {
        (self.0 + later, self.1)
    }
}
