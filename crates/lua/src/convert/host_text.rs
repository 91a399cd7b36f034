//! Addresses as the text that Lua programs see.

use std::io::Write;

use moonwire_sockets::{Address, Host};

/// What an address is called without its port: the IP address in text, or the name of a unix
/// address. It is kept in place, so that telling it costs no allocation.
#[derive(Clone, Copy)]
pub(crate) struct HostText {
    bytes: [u8; HostText::ROOM],
    length: usize,
}

impl HostText {
    /// Enough for a `sun_path` and the mark of an abstract name.
    const ROOM: usize = 128;

    /// The text for `address`; nothing for one without a name.
    pub(crate) fn of(address: &Address) -> HostText {
        const { assert!(Host::MAX_LENGTH <= HostText::ROOM) };
        let mut bytes = [0; HostText::ROOM];
        let mut rest = &mut bytes[..];
        // Neither text is longer than the room.
        let _ = match (Host::of(address), address.unix_name_bytes()) {
            (Some(host), _) => write!(rest, "{host}"),
            (None, Some(name)) => rest.write_all(&name.to_bytes()),
            (None, None) => Ok(()),
        };
        let length = HostText::ROOM - rest.len();
        HostText { bytes, length }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}
