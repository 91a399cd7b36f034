//! The end of a listener: connections that are under way when it takes no more.

use std::mem::MaybeUninit;

use crate::{Descriptor, Errno, Error, Family, Shutdown, Socket, sys};

/// The number of the protocol of `sock_diag(7)`, which libc does not have.
const NETLINK_SOCK_DIAG: i32 = 4;
/// The type of its request and of its answers.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// A socket in a handshake, as `inet_diag_req_v2` has it: a bit for the state.
const SYN_RECEIVED: u32 = 1 << 3;

impl Descriptor {
    /// Lets a listening socket take no new connection, and keep those that it has. Without this, a
    /// connection can come between the last `accept(2)` and `close(2)`, which would reset it.
    ///
    /// A client of TCP gets no answer from then on, asks again after a second, and is refused when the
    /// listener is closed. A client of a unix listener is refused at once.
    ///
    /// # Errors
    /// That of `getsockname(2)`, `setsockopt(2)` or `shutdown(2)`.
    pub fn refuse_connections(self) -> Result<(), Error> {
        match self.local_address()?.family() {
            Some(Family::Inet | Family::Inet6) => {
                sys::drop_connection_requests(self).map_err(|errno| errno.during("setsockopt"))
            }
            Some(Family::Unix) | None => self.shutdown(Shutdown::Receiving),
        }
    }

    /// Whether a client of a listening socket is about to be connected: the listener has answered, and the
    /// client's word has not come yet, so that `accept(2)` does not give the connection (`sock_diag(7)`).
    ///
    /// # Errors
    /// That of the system call that failed, or of the kernel's answer; `EPROTO` for an answer that is none.
    pub fn has_handshakes(self) -> Result<bool, Error> {
        let address = self.local_address()?;
        match (address.family(), address.port()) {
            (Some(family @ (Family::Inet | Family::Inet6)), Some(port)) => {
                ask(family, port).map_err(|errno| errno.during("sock_diag"))
            }
            _ => Ok(false),
        }
    }

    /// Lets those who wait to read from it try again.
    pub fn retry_readers(self) {
        crate::reactor::wake_waiters(self);
    }
}

/// Asks the kernel for the handshakes with a port. The answer is a list, whose first message is enough.
fn ask(family: Family, port: u16) -> Result<bool, Errno> {
    let socket: Socket =
        sys::socket(libc::AF_NETLINK, libc::SOCK_RAW, NETLINK_SOCK_DIAG, false)?.into();
    sys::send(socket.descriptor(), &request(family, port), None, 0)?;
    let mut room = [MaybeUninit::uninit(); 1024];
    let answer = sys::receive(socket.descriptor(), &mut room, 0)?;
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
