//! Accepting and connecting.

use super::{Manner, Once};
use crate::operation::Operation;
use crate::{Address, Descriptor, Errno, Handle, Interest, Scratch, Socket, is_interrupted, sys};

/// Accepts a connection, `accept4(2)`. The output is the connection and the address of its peer.
pub fn accept(
    listener: impl Handle,
    nonblocking: bool,
) -> impl Operation<Output = (Socket, Address)> {
    Once {
        name: "accept",
        handle: listener,
        interest: Interest::Readable,
        manner: Manner::Mode,
        call: move |descriptor: Descriptor, _: &mut Scratch, _| {
            sys::accept(descriptor, nonblocking).map(|(connection, peer)| (connection.into(), peer))
        },
    }
}

/// Connects a socket, `connect(2)`. One in non-blocking mode that has begun to fails with
/// `EINPROGRESS`. A signal does not end a connection that is under way.
pub fn connect(handle: impl Handle, address: Address) -> impl Operation<Output = ()> {
    let mut begun = false;
    Once {
        name: "connect",
        handle,
        interest: Interest::Writable,
        manner: Manner::Mode,
        call: move |descriptor: Descriptor, _: &mut Scratch, _| loop {
            match sys::connect(descriptor, &address) {
                Err(Errno::INTR) if is_interrupted() => return Err(Errno::INTR),
                Err(Errno::INTR) => begun = true,
                Err(Errno::ISCONN) if begun => return Ok(()),
                Err(Errno::INPROGRESS) => {
                    begun = true;
                    return Err(Errno::INPROGRESS);
                }
                result => return result,
            }
        },
    }
}
