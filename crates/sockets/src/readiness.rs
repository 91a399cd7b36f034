//! The readiness of descriptors.

use crate::{Descriptor, Errno};

/// The event bits of `poll(2)`.
pub mod events {
    /// There is data to read.
    pub const IN: i16 = libc::POLLIN;
    /// There is urgent data.
    pub const PRI: i16 = libc::POLLPRI;
    /// Writing is possible.
    pub const OUT: i16 = libc::POLLOUT;
    /// An error is pending (only returned).
    pub const ERR: i16 = libc::POLLERR;
    /// The peer has closed its end (only returned).
    pub const HUP: i16 = libc::POLLHUP;
    /// The descriptor is not open (only returned).
    pub const NVAL: i16 = libc::POLLNVAL;
    /// The peer has shut down its sending side.
    pub const RDHUP: i16 = crate::sys::linux::POLLRDHUP;
}

/// Which readiness an operation waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interest {
    /// There are bytes or connections, or the end of the stream or an error has come.
    Readable,
    /// There is room for bytes, or an error has come.
    Writable,
}

impl Interest {
    pub(crate) const fn events(self) -> i16 {
        match self {
            Interest::Readable => events::IN,
            Interest::Writable => events::OUT,
        }
    }
}

/// One descriptor to watch, laid out as the `struct pollfd` of `poll(2)`: 8 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct PollEntry {
    number: i32,
    /// The [`events`] to watch for.
    pub events: i16,
    /// The [`events`] that have occurred.
    pub returned: i16,
}

// The system calls use a slice of entries as an array of `struct pollfd`.
const _: () = assert!(
    size_of::<PollEntry>() == size_of::<libc::pollfd>()
        && align_of::<PollEntry>() == align_of::<libc::pollfd>()
        && std::mem::offset_of!(PollEntry, number) == std::mem::offset_of!(libc::pollfd, fd)
        && std::mem::offset_of!(PollEntry, events) == std::mem::offset_of!(libc::pollfd, events)
        && std::mem::offset_of!(PollEntry, returned) == std::mem::offset_of!(libc::pollfd, revents)
);

impl PollEntry {
    /// How many bytes an entry has in its native layout.
    pub const SIZE: usize = size_of::<PollEntry>();

    /// An entry that watches `descriptor` for the given [`events`]. The kernel ignores an entry
    /// with a negative descriptor.
    #[must_use]
    pub const fn new(descriptor: Descriptor, events: i16) -> PollEntry {
        PollEntry { number: descriptor.number(), events, returned: 0 }
    }

    /// The descriptor that the entry watches.
    #[must_use]
    pub const fn descriptor(&self) -> Descriptor {
        Descriptor::from_number(self.number)
    }

    /// An entry from its native bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; PollEntry::SIZE]) -> PollEntry {
        let [n0, n1, n2, n3, e0, e1, r0, r1] = bytes;
        PollEntry {
            number: i32::from_ne_bytes([n0, n1, n2, n3]),
            events: i16::from_ne_bytes([e0, e1]),
            returned: i16::from_ne_bytes([r0, r1]),
        }
    }

    /// The entry in its native bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; PollEntry::SIZE] {
        let [n0, n1, n2, n3] = self.number.to_ne_bytes();
        let [e0, e1] = self.events.to_ne_bytes();
        let [r0, r1] = self.returned.to_ne_bytes();
        [n0, n1, n2, n3, e0, e1, r0, r1]
    }
}

/// Reads an array of `struct pollfd` in its native bytes.
///
/// # Errors
/// `EINVAL` where the length is not a multiple of the size of an entry.
pub fn parse_poll_entries(bytes: &[u8]) -> Result<Vec<PollEntry>, Errno> {
    let (entries, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return Err(Errno::INVAL);
    }
    Ok(entries.iter().map(|entry| PollEntry::from_bytes(*entry)).collect())
}
