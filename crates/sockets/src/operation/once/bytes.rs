//! Bytes in and out.

use super::{Manner, Once};
use crate::operation::Operation;
use crate::{Address, Descriptor, Handle, Interest, Scratch, sys};

/// Sends bytes, `send(2)` or `sendto(2)`. The output is the count of those that were taken.
#[inline]
pub fn send(
    handle: impl Handle,
    bytes: &[u8],
    destination: Option<Address>,
    flags: i32,
) -> impl Operation<Output = usize> {
    Once {
        name: "send",
        handle,
        interest: Interest::Writable,
        manner: Manner::of(flags),
        call: move |descriptor: Descriptor, _: &mut Scratch, more| {
            sys::send(descriptor, bytes, destination.as_ref(), flags | more)
        },
    }
}

/// Sends at most `length` bytes of a file, from `offset` or else from where the file stands,
/// `sendfile(2)`. The output is the count of bytes that were taken, 0 at the end of the file. The
/// bytes never come to this process, and `SIGPIPE` is never raised.
pub fn send_file(
    handle: impl Handle,
    file: Descriptor,
    offset: Option<i64>,
    length: usize,
) -> impl Operation<Output = usize> {
    Once {
        name: "sendfile",
        handle,
        interest: Interest::Writable,
        manner: Manner::Mode,
        call: move |descriptor: Descriptor, _: &mut Scratch, _| {
            sys::send_file(descriptor, file, offset, length)
        },
    }
}

/// Receives at most `limit` bytes into the scratch memory, `recv(2)`. The output is their count: 0
/// at the end of a stream, or for an empty datagram.
#[inline]
pub fn receive(handle: impl Handle, limit: usize, flags: i32) -> impl Operation<Output = usize> {
    Once {
        name: "recv",
        handle,
        interest: Interest::Readable,
        manner: Manner::of(flags),
        call: move |descriptor: Descriptor, scratch: &mut Scratch, more| {
            scratch.fill(limit, |room| sys::receive(descriptor, room, flags | more))
        },
    }
}

/// As [`receive`], with the sender's address, which has no bytes where the sender has no name,
/// `recvfrom(2)`.
pub fn receive_from(
    handle: impl Handle,
    limit: usize,
    flags: i32,
) -> impl Operation<Output = (usize, Address)> {
    Once {
        name: "recvfrom",
        handle,
        interest: Interest::Readable,
        manner: Manner::of(flags),
        call: move |descriptor: Descriptor, scratch: &mut Scratch, more| {
            let mut sender = Address::unnamed();
            let length = scratch.fill(limit, |room| {
                let (bytes, address) = sys::receive_from(descriptor, room, flags | more)?;
                sender = address;
                Ok(bytes)
            })?;
            Ok((length, sender))
        },
    }
}
