//! The system's own words for its error codes.

use std::ffi::CStr;
use std::fmt;

/// Hands the text for an `errno` value to `write` (`strerror_r(3)`).
pub(crate) fn error_text(errno: i32, write: impl FnOnce(&str) -> fmt::Result) -> fmt::Result {
    let mut text = [0 as libc::c_char; 256];
    // SAFETY: the buffer is writable for the length given. The function ends what it writes with a
    // NUL within that length, also where it fails with EINVAL or ERANGE.
    unsafe { libc::strerror_r(errno, text.as_mut_ptr(), text.len()) };
    let bytes = text.map(libc::c_char::cast_unsigned);
    let text = CStr::from_bytes_until_nul(&bytes).unwrap_or(c"Unknown error");
    write(&text.to_string_lossy())
}

/// The text for a code of the resolver (`gai_strerror(3)`).
pub(crate) fn resolver_text(code: i32) -> &'static str {
    // SAFETY: the function takes any integer and returns a string that is never freed or changed.
    let text = unsafe { CStr::from_ptr(libc::gai_strerror(code)) };
    text.to_str().unwrap_or("Unknown error")
}
