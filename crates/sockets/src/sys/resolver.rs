//! The system's resolver: names to addresses and back, and interface names.

use std::ffi::{CStr, CString};
use std::ptr;

use super::last_errno;
use super::pipe_signal::library_call;
use crate::{Address, Cause, Errno, Error};

/// What `getaddrinfo(3)` is asked for, as its `hints`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hints {
    pub(crate) flags: i32,
    pub(crate) family: i32,
    pub(crate) kind: i32,
    pub(crate) protocol: i32,
}

fn failure(operation: &'static str, code: i32) -> Error {
    match code {
        libc::EAI_SYSTEM => last_errno().during(operation),
        code => Error { operation, cause: Cause::Resolver(code) },
    }
}

/// A list that `getaddrinfo(3)` has allocated.
struct List(*mut libc::addrinfo);

impl Drop for List {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the list came from `getaddrinfo` and is freed once.
            unsafe { libc::freeaddrinfo(self.0) };
        }
    }
}

/// One entry of the answer of `getaddrinfo(3)`.
pub(crate) struct Found<'list> {
    pub(crate) address: Address,
    pub(crate) kind: i32,
    pub(crate) protocol: i32,
    /// With `AI_CANONNAME`, in the first entry.
    pub(crate) canonical_name: Option<&'list CStr>,
}

/// `getaddrinfo(3)`: hands every entry of the answer to `each`, in the resolver's order.
/// Addresses of a family that [`Address`] does not know are passed over.
pub(crate) fn address_info(
    host: Option<&CStr>,
    service: Option<&CStr>,
    hints: Hints,
    mut each: impl FnMut(Found<'_>),
) -> Result<(), Error> {
    // SAFETY: zeroes are a valid `addrinfo`: numbers and null pointers.
    let mut request: libc::addrinfo = unsafe { std::mem::zeroed() };
    request.ai_flags = hints.flags;
    request.ai_family = hints.family;
    request.ai_socktype = hints.kind;
    request.ai_protocol = hints.protocol;
    let mut list = List(ptr::null_mut());
    let mut ask = || {
        // SAFETY: the names are null or end with a NUL, the request outlives the call, and the result
        // goes to a place of its own.
        let code = unsafe {
            libc::getaddrinfo(
                host.map_or(ptr::null(), CStr::as_ptr),
                service.map_or(ptr::null(), CStr::as_ptr),
                &raw const request,
                &raw mut list.0,
            )
        };
        if code == 0 { Ok(()) } else { Err(failure("getaddrinfo", code)) }
    };
    match hints.flags & libc::AI_NUMERICHOST {
        0 => library_call(ask)?,
        _ => ask()?,
    }
    let mut next = list.0;
    // SAFETY: `next` walks the list that `list` keeps alive, and ends at its null.
    while let Some(entry) = unsafe { next.as_ref() } {
        if !entry.ai_addr.is_null() {
            // SAFETY: the entry's address is readable for the length that the entry gives.
            let bytes = unsafe {
                std::slice::from_raw_parts(entry.ai_addr.cast::<u8>(), entry.ai_addrlen as usize)
            };
            if let Ok(address) = Address::from_bytes(bytes) {
                // SAFETY: the name is null or ends with a NUL, and lives as long as the list.
                let canonical_name = unsafe {
                    (!entry.ai_canonname.is_null()).then(|| CStr::from_ptr(entry.ai_canonname))
                };
                each(Found {
                    address,
                    kind: entry.ai_socktype,
                    protocol: entry.ai_protocol,
                    canonical_name,
                });
            }
        }
        next = entry.ai_next;
    }
    Ok(())
}

/// `getnameinfo(3)`: host and service of an address.
pub(crate) fn name_info(address: &Address, flags: i32) -> Result<(CString, CString), Error> {
    let mut host = [0 as libc::c_char; libc::NI_MAXHOST as usize];
    let mut service = [0 as libc::c_char; 32];
    let bytes = address.as_bytes();
    let mut ask = || {
        // SAFETY: the address is readable and both buffers are writable for their lengths.
        let code = unsafe {
            libc::getnameinfo(
                bytes.as_ptr().cast(),
                bytes.len() as libc::socklen_t,
                host.as_mut_ptr(),
                host.len() as libc::socklen_t,
                service.as_mut_ptr(),
                service.len() as libc::socklen_t,
                flags,
            )
        };
        if code == 0 { Ok(()) } else { Err(failure("getnameinfo", code)) }
    };
    match flags & libc::NI_NUMERICHOST {
        0 => library_call(ask)?,
        _ => ask()?,
    }
    Ok((text(&host), text(&service)))
}

/// A C string in a buffer, up to its NUL.
fn text(buffer: &[libc::c_char]) -> CString {
    let bytes: Vec<u8> =
        buffer.iter().map(|byte| byte.cast_unsigned()).take_while(|byte| *byte != 0).collect();
    CString::new(bytes).unwrap_or_default()
}

/// `if_nametoindex(3)`.
pub(crate) fn interface_index(name: &CStr) -> Result<u32, Errno> {
    // SAFETY: the name ends with a NUL.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(last_errno()),
        index => Ok(index),
    }
}
