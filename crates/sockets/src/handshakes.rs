//! The end of a listener: connections that are under way when it takes no more.

use crate::{Descriptor, Error, Family, Shutdown, sys};

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
    /// client's last segment has not come yet, so that `accept(2)` does not give the connection (`sock_diag(7)`).
    ///
    /// # Errors
    /// That of the system call that failed, or of the kernel's answer; `EPROTO` for an answer that is none.
    pub fn has_handshakes(self) -> Result<bool, Error> {
        let address = self.local_address()?;
        match (address.family(), address.port()) {
            (Some(family @ (Family::Inet | Family::Inet6)), Some(port)) => {
                sys::has_handshakes(family, port).map_err(|errno| errno.during("sock_diag"))
            }
            _ => Ok(false),
        }
    }

    /// Wakes the tasks that wait to read from the descriptor: each tries again.
    pub fn retry_readers(self) {
        crate::reactor::wake_waiters(self);
    }
}
