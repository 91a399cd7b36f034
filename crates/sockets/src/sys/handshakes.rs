//! Connections in their handshake, from `sock_diag(7)`.

use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use crate::{Descriptor, Errno, Family};

/// The number of the protocol of `sock_diag(7)`, which libc does not have.
const NETLINK_SOCK_DIAG: i32 = 4;
/// The type of its request and of its answers.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// A socket in a handshake, as `inet_diag_req_v2` has it: a bit for the state.
const SYN_RECEIVED: u32 = 1 << 3;

/// Whether a connection to a port is in its handshake. The answer of the kernel is a list, whose first message
/// is enough.
pub(crate) fn has_handshakes(family: Family, port: u16) -> Result<bool, Errno> {
    let socket = super::socket(libc::AF_NETLINK, libc::SOCK_RAW, NETLINK_SOCK_DIAG, false)?;
    let descriptor = Descriptor::from_number(socket.as_raw_fd());
    super::send(descriptor, &request(family, port), None, 0)?;
    let mut room = [MaybeUninit::uninit(); 1024];
    let answer = super::receive(descriptor, &mut room, 0)?;
    let message: [u8; 2] = answer.get(4..6).and_then(|kind| kind.try_into().ok()).unwrap_or([0; 2]);
    match u16::from_ne_bytes(message) {
        SOCK_DIAG_BY_FAMILY => Ok(true),
        kind if i32::from(kind) == libc::NLMSG_DONE => Ok(false),
        _ => Err(Errno(libc::EPROTO)),
    }
}

/// A `nlmsghdr` with an `inet_diag_req_v2` behind it.
fn request(family: Family, port: u16) -> Vec<u8> {
    let mut body = vec![family.domain() as u8, libc::IPPROTO_TCP as u8, 0, 0];
    body.extend(SYN_RECEIVED.to_ne_bytes());
    // The ports, of which 0 is any, the addresses, of which none is looked at, and the interface.
    body.extend(port.to_be_bytes());
    body.extend([0; 2 + 2 * 16 + 4]);
    // No cookie.
    body.extend([0xff; 8]);
    let flags = (libc::NLM_F_REQUEST | libc::NLM_F_DUMP) as u16;
    let length = (size_of::<libc::nlmsghdr>() + body.len()) as u32;
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    // A sequence number, and the port of the kernel.
    message.extend([0; 8]);
    message.extend(body);
    message
}
