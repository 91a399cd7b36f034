//! Making, naming and ending sockets.

use std::mem::size_of_val;
use std::os::fd::{FromRawFd, OwnedFd};

use super::check;
use crate::address::AddressStorage;
use crate::{Address, Descriptor, Errno};

/// An address as the calls take it: pointer and length.
pub(super) fn sockaddr(address: &Address) -> (*const libc::sockaddr, libc::socklen_t) {
    let bytes = address.as_bytes();
    (bytes.as_ptr().cast(), bytes.len() as libc::socklen_t)
}

/// Runs a call that writes an address, and reads the address by the length that the call returns.
pub(super) fn with_address<T>(
    call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> Result<T, Errno>,
) -> Result<(T, Address), Errno> {
    let mut storage = AddressStorage::new();
    let mut length = storage.len() as libc::socklen_t;
    let result = call(storage.as_mut_ptr().cast(), &raw mut length)?;
    Ok((result, Address::from_kernel(&storage, length as usize)))
}

pub(super) fn owned(descriptor: libc::c_int) -> OwnedFd {
    // SAFETY: called with what `socket`, `accept4` and the like have just returned: an open descriptor
    // that nothing else owns.
    unsafe { OwnedFd::from_raw_fd(descriptor) }
}

/// `socket(2)`; `nonblocking` sets `SOCK_NONBLOCK`.
pub(crate) fn socket(
    domain: i32,
    kind: i32,
    protocol: i32,
    nonblocking: bool,
) -> Result<OwnedFd, Errno> {
    let nonblocking = if nonblocking { libc::SOCK_NONBLOCK } else { 0 };
    let flags = kind | libc::SOCK_CLOEXEC | nonblocking;
    // SAFETY: takes integers only.
    check(unsafe { libc::socket(domain, flags, protocol) }).map(owned)
}

/// `socketpair(2)` of unix sockets.
pub(crate) fn pair(
    kind: i32,
    protocol: i32,
    nonblocking: bool,
) -> Result<(OwnedFd, OwnedFd), Errno> {
    let nonblocking = if nonblocking { libc::SOCK_NONBLOCK } else { 0 };
    let flags = kind | libc::SOCK_CLOEXEC | nonblocking;
    let mut ends = [-1; 2];
    // SAFETY: the array has the two places that the call writes.
    check(unsafe { libc::socketpair(libc::AF_UNIX, flags, protocol, ends.as_mut_ptr()) })?;
    let [first, second] = ends;
    Ok((owned(first), owned(second)))
}

/// `bind(2)`.
pub(crate) fn bind(descriptor: Descriptor, address: &Address) -> Result<(), Errno> {
    let (pointer, length) = sockaddr(address);
    // SAFETY: the address is readable for its length.
    check(unsafe { libc::bind(descriptor.number(), pointer, length) }).map(drop)
}

/// `listen(2)`.
pub(crate) fn listen(descriptor: Descriptor, backlog: i32) -> Result<(), Errno> {
    // SAFETY: takes integers only.
    check(unsafe { libc::listen(descriptor.number(), backlog) }).map(drop)
}

/// `connect(2)`.
pub(crate) fn connect(descriptor: Descriptor, address: &Address) -> Result<(), Errno> {
    let (pointer, length) = sockaddr(address);
    // SAFETY: the address is readable for its length.
    check(unsafe { libc::connect(descriptor.number(), pointer, length) }).map(drop)
}

/// `accept4(2)`: the connection is close-on-exec; `nonblocking` sets `SOCK_NONBLOCK` on it.
pub(crate) fn accept(
    descriptor: Descriptor,
    nonblocking: bool,
) -> Result<(OwnedFd, Address), Errno> {
    let flags = libc::SOCK_CLOEXEC | if nonblocking { libc::SOCK_NONBLOCK } else { 0 };
    with_address(|address, length| {
        // SAFETY: `address` is writable for `*length` bytes.
        let accepted = unsafe { libc::accept4(descriptor.number(), address, length, flags) };
        check(accepted).map(owned)
    })
}

/// `shutdown(2)`.
pub(crate) fn shutdown(descriptor: Descriptor, how: i32) -> Result<(), Errno> {
    // SAFETY: takes integers only.
    check(unsafe { libc::shutdown(descriptor.number(), how) }).map(drop)
}

/// `close(2)`. The number is free afterwards even where this fails with `EINTR`.
pub(crate) fn close(descriptor: Descriptor) -> Result<(), Errno> {
    // SAFETY: takes an integer only. The caller decides who owns the number, see
    // `Descriptor::close`.
    check(unsafe { libc::close(descriptor.number()) }).map(drop)
}

/// `getsockname(2)`.
pub(crate) fn local_address(descriptor: Descriptor) -> Result<Address, Errno> {
    let (_, address) = with_address(|address, length| {
        // SAFETY: `address` is writable for `*length` bytes.
        check(unsafe { libc::getsockname(descriptor.number(), address, length) })
    })?;
    Ok(address)
}

/// `getpeername(2)`.
pub(crate) fn peer_address(descriptor: Descriptor) -> Result<Address, Errno> {
    let (_, address) = with_address(|address, length| {
        // SAFETY: `address` is writable for `*length` bytes.
        check(unsafe { libc::getpeername(descriptor.number(), address, length) })
    })?;
    Ok(address)
}

/// `setsockopt(2)` with the option's native bytes.
pub(crate) fn set_option(
    descriptor: Descriptor,
    level: i32,
    name: i32,
    value: &[u8],
) -> Result<(), Errno> {
    let length = size_of_val(value) as libc::socklen_t;
    // SAFETY: the value is readable for its length.
    let result = unsafe {
        libc::setsockopt(descriptor.number(), level, name, value.as_ptr().cast(), length)
    };
    check(result).map(drop)
}

/// `getsockopt(2)`: writes the option's native bytes to `value`, returns how many there are.
pub(crate) fn get_option(
    descriptor: Descriptor,
    level: i32,
    name: i32,
    value: &mut [u8],
) -> Result<usize, Errno> {
    let mut length = size_of_val(value) as libc::socklen_t;
    // SAFETY: the value is writable for its length.
    let result = unsafe {
        libc::getsockopt(
            descriptor.number(),
            level,
            name,
            value.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    check(result)?;
    Ok((length as usize).min(value.len()))
}
