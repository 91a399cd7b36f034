//! Vectors that the kernel appends to.

use std::mem::MaybeUninit;

use crate::Errno;

/// Makes room for `length` more bytes, where there is none yet. The vector grows by more than that
/// where it grows, so that many small additions cost no more than one large one.
///
/// # Errors
/// `ENOMEM`.
pub(crate) fn reserve(bytes: &mut Vec<u8>, length: usize) -> Result<(), Errno> {
    bytes.try_reserve(length).map_err(|_| Errno::NOMEM)
}

/// Lends up to `length` bytes of the room behind `bytes` to `receive`, which returns the beginning
/// of that room that it has written. Returns how much that was; it belongs to `bytes` now.
///
/// # Errors
/// What `receive` returns.
#[inline]
pub(crate) fn append<E>(
    bytes: &mut Vec<u8>,
    length: usize,
    receive: impl for<'room> FnOnce(&'room mut [MaybeUninit<u8>]) -> Result<&'room mut [u8], E>,
) -> Result<usize, E> {
    let before = bytes.len();
    let room = bytes.spare_capacity_mut();
    let length = length.min(room.len());
    let room = &mut room[..length];
    let start = room.as_ptr().cast::<u8>();
    let written = receive(room)?;
    // Bytes that start where the room starts prove that as many of the room are initialised.
    if !std::ptr::eq(written.as_ptr(), start) || written.len() > length {
        return Ok(0);
    }
    let written = written.len();
    // SAFETY: `written` is an initialised slice at the start of the vector's spare capacity.
    unsafe { bytes.set_len(before + written) };
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_belongs_to_the_vector() {
        let mut bytes = b"ab".to_vec();
        assert_eq!(reserve(&mut bytes, 8), Ok(()));
        let appended = append(&mut bytes, 8, |room| {
            for (place, byte) in room.iter_mut().zip(b"cd") {
                place.write(*byte);
            }
            // SAFETY: the first two bytes are written.
            Ok::<_, Errno>(unsafe { room[..2].assume_init_mut() })
        });
        assert_eq!((appended, &bytes[..]), (Ok(2), &b"abcd"[..]));
    }

    #[test]
    fn bytes_from_elsewhere_are_no_proof() {
        let mut bytes = Vec::with_capacity(8);
        let appended = append(&mut bytes, 8, |_| Ok::<_, Errno>(&mut []));
        assert_eq!((appended, &bytes[..]), (Ok(0), &b""[..]));
    }

    #[test]
    fn a_failed_receive_appends_nothing() {
        let mut bytes = b"ab".to_vec();
        assert_eq!(reserve(&mut bytes, 8), Ok(()));
        assert_eq!(append(&mut bytes, 8, |_| Err(Errno::NOMSG)), Err(Errno::NOMSG));
        assert_eq!(bytes, b"ab");
    }
}
