//! Bytes in and out.

use std::mem::MaybeUninit;
use std::ptr;

use super::check_length;
use super::pipe_signal::without_pipe_signal;
use super::socket::{sockaddr, with_address};
use crate::{Address, Descriptor, Errno};

/// The beginning of `room` that has been received.
///
/// # Safety
/// The first `length` bytes of `room`, or all of it where that is less (`MSG_TRUNC` returns the length
/// that a datagram had), have been written: by the kernel, or by [`prepare`].
pub(super) unsafe fn written(room: &mut [MaybeUninit<u8>], length: usize) -> &mut [u8] {
    let length = length.min(room.len());
    // SAFETY: the memory is that of `room`, and initialised by the caller's promise.
    unsafe { std::slice::from_raw_parts_mut(room.as_mut_ptr().cast(), length) }
}

/// Sees that a receive with these flags leaves no byte of `room` unwritten that it counts: with
/// `MSG_TRUNC`, TCP counts what it throws away (`tcp(7)`). Such bytes are zeroes.
#[inline]
pub(super) fn prepare(room: &mut [MaybeUninit<u8>], flags: i32) {
    if flags & libc::MSG_TRUNC != 0 {
        room.fill(MaybeUninit::new(0));
    }
}

/// `recv(2)`.
#[inline(always)]
pub(crate) fn receive(
    descriptor: Descriptor,
    room: &mut [MaybeUninit<u8>],
    flags: i32,
) -> Result<&mut [u8], Errno> {
    prepare(room, flags);
    // SAFETY: the memory is writable for its length.
    let length = check_length(unsafe {
        libc::recv(descriptor.number(), room.as_mut_ptr().cast(), room.len(), flags)
    })?;
    // SAFETY: that is what the kernel says to have written.
    Ok(unsafe { written(room, length) })
}

/// `recvfrom(2)`.
pub(crate) fn receive_from(
    descriptor: Descriptor,
    room: &mut [MaybeUninit<u8>],
    flags: i32,
) -> Result<(&mut [u8], Address), Errno> {
    prepare(room, flags);
    let (length, sender) = with_address(|address, address_length| {
        // SAFETY: the memory is writable for its length, `address` for `*address_length`.
        check_length(unsafe {
            libc::recvfrom(
                descriptor.number(),
                room.as_mut_ptr().cast(),
                room.len(),
                flags,
                address,
                address_length,
            )
        })
    })?;
    // SAFETY: that is what the kernel says to have written.
    Ok((unsafe { written(room, length) }, sender))
}

/// `send(2)` without `SIGPIPE`, or `sendto(2)` where there is a destination.
#[inline(always)]
pub(crate) fn send(
    descriptor: Descriptor,
    bytes: &[u8],
    destination: Option<&Address>,
    flags: i32,
) -> Result<usize, Errno> {
    let (address, address_length) = destination.map_or((ptr::null(), 0), sockaddr);
    // SAFETY: the bytes and the address are readable for their lengths.
    check_length(unsafe {
        libc::sendto(
            descriptor.number(),
            bytes.as_ptr().cast(),
            bytes.len(),
            flags | libc::MSG_NOSIGNAL,
            address,
            address_length,
        )
    })
}

/// `read(2)`, for descriptors that are no sockets.
pub(crate) fn read(
    descriptor: Descriptor,
    room: &mut [MaybeUninit<u8>],
) -> Result<&mut [u8], Errno> {
    // SAFETY: the memory is writable for its length.
    let length = check_length(unsafe {
        libc::read(descriptor.number(), room.as_mut_ptr().cast(), room.len())
    })?;
    // SAFETY: that is what the kernel says to have written.
    Ok(unsafe { written(room, length) })
}

/// `write(2)` without `SIGPIPE`, for descriptors that are no sockets.
pub(crate) fn write(descriptor: Descriptor, bytes: &[u8]) -> Result<usize, Errno> {
    without_pipe_signal(bytes.len(), || {
        // SAFETY: the bytes are readable for their length.
        check_length(unsafe {
            libc::write(descriptor.number(), bytes.as_ptr().cast(), bytes.len())
        })
    })
}

/// `sendfile(2)` without `SIGPIPE`: sends at most `length` bytes of a file, from `offset` or, where
/// there is none, from the file's own position, which moves.
pub(crate) fn send_file(
    descriptor: Descriptor,
    file: Descriptor,
    offset: Option<i64>,
    length: usize,
) -> Result<usize, Errno> {
    let mut offset = offset;
    let offset = offset.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    without_pipe_signal(length, || {
        // SAFETY: `offset` is null or points to an integer that outlives the call.
        check_length(unsafe {
            libc::sendfile64(descriptor.number(), file.number(), offset, length)
        })
    })
}
