//! Messages with pieces, an address, control messages and descriptors.

use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd, OwnedFd};

use super::check_length;
use super::control::{self, ControlMessage};
use super::socket::sockaddr;
use crate::address::AddressStorage;
use crate::{Address, Descriptor, Errno};

fn message_header() -> libc::msghdr {
    // SAFETY: zeroes are a valid `msghdr`: lengths and null pointers.
    unsafe { std::mem::zeroed() }
}

/// `sendmsg(2)` without `SIGPIPE`. `control` is a control buffer made by [`control::append`].
pub(crate) fn send_message(
    descriptor: Descriptor,
    pieces: &[IoSlice<'_>],
    destination: Option<&Address>,
    control: &[u8],
    flags: i32,
) -> Result<usize, Errno> {
    let mut header = message_header();
    if let Some(destination) = destination {
        let (address, length) = sockaddr(destination);
        header.msg_name = address.cast_mut().cast();
        header.msg_namelen = length;
    }
    // An `IoSlice` has the layout of a `struct iovec`, which the standard library promises.
    header.msg_iov = pieces.as_ptr().cast_mut().cast();
    header.msg_iovlen = pieces.len() as _;
    if !control.is_empty() {
        header.msg_control = control.as_ptr().cast_mut().cast();
        header.msg_controllen = control.len() as _;
    }
    // SAFETY: address, pieces and control buffer are readable for their lengths, and the call
    // writes to none of them.
    check_length(unsafe {
        libc::sendmsg(descriptor.number(), &raw const header, flags | libc::MSG_NOSIGNAL)
    })
}

/// What came with the bytes of a message.
pub(crate) struct Received<'room> {
    pub(crate) bytes: &'room mut [u8],
    pub(crate) sender: Address,
    pub(crate) flags: i32,
    pub(crate) control: Vec<ControlMessage>,
    pub(crate) descriptors: Vec<OwnedFd>,
}

/// `recvmsg(2)`. Descriptors that come along are close-on-exec and owned, also those of a control
/// buffer that was cut.
pub(crate) fn receive_message<'room>(
    descriptor: Descriptor,
    room: &'room mut [MaybeUninit<u8>],
    control: &mut [u8],
    flags: i32,
) -> Result<Received<'room>, Errno> {
    super::transfer::prepare(room, flags);
    let mut storage = AddressStorage::new();
    let mut piece = libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: room.len() };
    let mut header = message_header();
    header.msg_name = storage.as_mut_ptr().cast();
    header.msg_namelen = storage.len() as libc::socklen_t;
    header.msg_iov = &raw mut piece;
    header.msg_iovlen = 1;
    header.msg_control = control.as_mut_ptr().cast();
    header.msg_controllen = control.len() as _;
    // SAFETY: the address, the one piece and the control buffer are writable for their lengths.
    let length = check_length(unsafe {
        libc::recvmsg(descriptor.number(), &raw mut header, flags | libc::MSG_CMSG_CLOEXEC)
    })?;
    let written = control.len().min(header.msg_controllen);
    let mut messages = Vec::new();
    let mut descriptors = Vec::new();
    control::for_each(&control[..written], |level, kind, data| {
        if (level, kind) == (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
            descriptors.extend(data.as_chunks().0.iter().map(|number| {
                // SAFETY: the kernel has opened these descriptors for this very message, and
                // nothing else owns them.
                unsafe { OwnedFd::from_raw_fd(i32::from_ne_bytes(*number)) }
            }));
        } else {
            messages.push(ControlMessage { level, kind, data: data.to_vec() });
        }
    });
    Ok(Received {
        // SAFETY: that is what the kernel says to have written.
        bytes: unsafe { super::transfer::written(room, length) },
        sender: Address::from_kernel(&storage, header.msg_namelen as usize),
        // The kernel returns this flag, which the caller did not set.
        flags: header.msg_flags & !libc::MSG_CMSG_CLOEXEC,
        control: messages,
        descriptors,
    })
}
