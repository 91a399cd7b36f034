//! Network interfaces, their names and their addresses.

use std::ffi::{CStr, CString};
use std::ptr;

use super::{check, last_errno};
use crate::{Address, Errno, Interface, interfaces::Link};

/// A list that `getifaddrs(3)` has allocated.
struct List(*mut libc::ifaddrs);

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: the list came from `getifaddrs` and is freed once; null is an empty one.
        unsafe { libc::freeifaddrs(self.0) };
    }
}

/// `getifaddrs(3)`: hands every entry to `each`.
pub(crate) fn interfaces(mut each: impl FnMut(Interface)) -> Result<(), Errno> {
    let mut list = List(ptr::null_mut());
    // SAFETY: the list goes to a place of its own.
    check(unsafe { libc::getifaddrs(&raw mut list.0) })?;
    let mut next = list.0;
    // SAFETY: `next` walks the list that `list` keeps alive, and ends at its null. An entry's name
    // ends with a NUL, and its addresses are null or those of their families.
    unsafe {
        while let Some(entry) = next.as_ref() {
            let address = address(entry.ifa_addr);
            each(Interface {
                name: CStr::from_ptr(entry.ifa_name).to_bytes().to_vec(),
                flags: entry.ifa_flags,
                address,
                // The mask's own family is not filled in on every system.
                netmask: address.and_then(|address| netmask(entry.ifa_netmask, &address)),
                link: link(entry.ifa_addr),
            });
            next = entry.ifa_next;
        }
    }
    Ok(())
}

/// How long the addresses of a family are, which come here without their lengths.
fn length_of(family: libc::c_int) -> Option<usize> {
    match family {
        libc::AF_INET => Some(size_of::<libc::sockaddr_in>()),
        libc::AF_INET6 => Some(size_of::<libc::sockaddr_in6>()),
        _ => None,
    }
}

/// # Safety
/// `address` is null or points to an address as long as its family has it.
unsafe fn address(address: *const libc::sockaddr) -> Option<Address> {
    // SAFETY: the caller's promise.
    unsafe {
        let length = length_of(address.as_ref()?.sa_family.into())?;
        Address::from_bytes(std::slice::from_raw_parts(address.cast(), length)).ok()
    }
}

/// # Safety
/// `mask` is null or points to an address as long as that of `address`.
unsafe fn netmask(mask: *const libc::sockaddr, address: &Address) -> Option<Address> {
    if mask.is_null() {
        return None;
    }
    let length = address.as_bytes().len();
    // SAFETY: the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(mask.cast::<u8>(), length) };
    let family = size_of::<libc::sa_family_t>();
    Address::from_bytes(&[&address.as_bytes()[..family], &bytes[family..]].concat()).ok()
}

/// # Safety
/// `address` is null or points to an address as long as its family has it.
unsafe fn link(address: *const libc::sockaddr) -> Option<Link> {
    // SAFETY: the caller's promise; the family tells that it is a `sockaddr_ll`.
    unsafe {
        if i32::from(address.as_ref()?.sa_family) != libc::AF_PACKET {
            return None;
        }
        let link = &*address.cast::<libc::sockaddr_ll>();
        // One that is longer than the structure is left out rather than cut.
        let address = link.sll_addr.get(..link.sll_halen.into()).unwrap_or_default();
        Some(Link {
            index: link.sll_ifindex.cast_unsigned(),
            hardware: link.sll_hatype,
            address: address.to_vec(),
        })
    }
}

/// `if_indextoname(3)`.
pub(crate) fn interface_name(index: u32) -> Result<CString, Errno> {
    let mut name = [0 as libc::c_char; libc::IF_NAMESIZE];
    // SAFETY: the buffer has the length that the function asks for.
    if unsafe { libc::if_indextoname(index, name.as_mut_ptr()) }.is_null() {
        return Err(last_errno());
    }
    let bytes = name.map(libc::c_char::cast_unsigned);
    Ok(CStr::from_bytes_until_nul(&bytes).unwrap_or_default().to_owned())
}
