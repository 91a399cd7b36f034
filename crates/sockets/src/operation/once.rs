//! One system call, in the socket's own mode.
//!
//! For APIs that give their users the system's calls as they are. Whether such a call waits is the
//! socket's affair: in blocking mode it does, as long as its `SO_RCVTIMEO` or `SO_SNDTIMEO` lets it;
//! in non-blocking mode it never does. `EAGAIN`, `EINTR` and the like end the operation as errors.
//!
//! A driver that may let the kernel wait makes one system call. For another, a call on a socket in
//! blocking mode is tried until it need not wait; such a driver gets the socket's time-out as its
//! own.

use std::io::IoSlice;
use std::os::fd::OwnedFd;

use super::{Operation, Patience, Progress, Wait};
use crate::{
    Address, ControlMessage, Descriptor, Errno, Error, Interest, Scratch, Socket, control, sys,
};

/// A system call to be made. It gets the flags with which it has to be made, if it takes any.
pub struct Once<C> {
    name: &'static str,
    descriptor: Descriptor,
    interest: Interest,
    manner: Manner,
    call: C,
}

/// How a call is kept from waiting.
enum Manner {
    /// By the flag `MSG_DONTWAIT`.
    Flag,
    /// It has the flag already.
    NeverWaits,
    /// By the mode of the socket only.
    Mode,
}

impl Manner {
    const fn of(flags: i32) -> Manner {
        if flags & libc::MSG_DONTWAIT == 0 { Manner::Flag } else { Manner::NeverWaits }
    }
}

impl<T, C: FnMut(&mut Scratch, i32) -> Result<T, Errno>> Once<C> {
    /// Makes the call on a socket that may be in blocking mode, so that it does not wait.
    fn try_now(&mut self, scratch: &mut Scratch) -> Result<T, Errno> {
        if !matches!(self.manner, Manner::Mode) {
            return (self.call)(scratch, libc::MSG_DONTWAIT);
        }
        if sys::nonblocking(self.descriptor)? {
            return (self.call)(scratch, 0);
        }
        sys::set_nonblocking(self.descriptor, true)?;
        let result = (self.call)(scratch, 0);
        sys::set_nonblocking(self.descriptor, false)?;
        result
    }

    fn waits(&self) -> Result<bool, Errno> {
        Ok(!matches!(self.manner, Manner::NeverWaits) && !sys::nonblocking(self.descriptor)?)
    }
}

impl<T, C: FnMut(&mut Scratch, i32) -> Result<T, Errno>> Operation for Once<C> {
    const NAME: &'static str = "socket call";
    type Output = T;

    #[inline]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_>,
    ) -> Result<Progress<T>, Error> {
        let result = match patience {
            Patience::Kernel(_) => (self.call)(scratch, 0),
            Patience::None => match self.try_now(scratch) {
                Err(errno @ (Errno::AGAIN | Errno::INPROGRESS | Errno::ALREADY)) => {
                    match self.waits() {
                        Ok(true) => return Ok(Progress::Waiting),
                        Ok(false) => Err(errno),
                        Err(errno) => Err(errno),
                    }
                }
                result => result,
            },
        };
        result.map(Progress::Done).map_err(|errno| errno.during(self.name))
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Descriptor(self.descriptor, self.interest)
    }
}

impl<C> std::fmt::Debug for Once<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Once").field("name", &self.name).field("on", &self.descriptor).finish()
    }
}

/// Sends bytes, `send(2)` or `sendto(2)`. The output is the count of those that were taken.
#[inline]
pub fn send(
    descriptor: Descriptor,
    bytes: &[u8],
    destination: Option<Address>,
    flags: i32,
) -> impl Operation<Output = usize> {
    Once {
        name: "send",
        descriptor,
        interest: Interest::Writable,
        manner: Manner::of(flags),
        call: move |_: &mut Scratch, more| {
            sys::send(descriptor, bytes, destination.as_ref(), flags | more)
        },
    }
}

/// What [`send_message`] sends.
#[derive(Debug, Default)]
pub struct OutgoingMessage<'a> {
    /// The data, gathered from these.
    pub pieces: Vec<IoSlice<'a>>,
    /// Where to, on a socket that is not connected.
    pub destination: Option<Address>,
    /// Copies of these descriptors go along, on a unix socket (`SCM_RIGHTS`).
    pub descriptors: Vec<Descriptor>,
    /// Further control messages.
    pub control: Vec<ControlMessage>,
}

/// Sends a message, `sendmsg(2)`. The output is the count of bytes that were taken.
pub fn send_message(
    descriptor: Descriptor,
    message: OutgoingMessage<'_>,
    flags: i32,
) -> impl Operation<Output = usize> {
    let mut buffer = Vec::new();
    if !message.descriptors.is_empty() {
        let numbers: Vec<u8> =
            message.descriptors.iter().flat_map(|number| number.number().to_ne_bytes()).collect();
        control::append(&mut buffer, libc::SOL_SOCKET, libc::SCM_RIGHTS, &numbers);
    }
    for ControlMessage { level, kind, data } in &message.control {
        control::append(&mut buffer, *level, *kind, data);
    }
    Once {
        name: "sendmsg",
        descriptor,
        interest: Interest::Writable,
        manner: Manner::of(flags),
        call: move |_: &mut Scratch, more| {
            let OutgoingMessage { pieces, destination, .. } = &message;
            sys::send_message(descriptor, pieces, destination.as_ref(), &buffer, flags | more)
        },
    }
}

/// Sends at most `length` bytes of a file, from `offset` or else from where the file stands,
/// `sendfile(2)`. The output is the count of bytes that were taken, 0 at the end of the file. The
/// bytes never come to this process, and `SIGPIPE` is never raised.
pub fn send_file(
    descriptor: Descriptor,
    file: Descriptor,
    offset: Option<i64>,
    length: usize,
) -> impl Operation<Output = usize> {
    Once {
        name: "sendfile",
        descriptor,
        interest: Interest::Writable,
        manner: Manner::Mode,
        call: move |_: &mut Scratch, _| sys::send_file(descriptor, file, offset, length),
    }
}

/// Receives at most `limit` bytes into the scratch memory, `recv(2)`. The output is their count: 0
/// at the end of a stream, or for an empty datagram.
#[inline]
pub fn receive(descriptor: Descriptor, limit: usize, flags: i32) -> impl Operation<Output = usize> {
    Once {
        name: "recv",
        descriptor,
        interest: Interest::Readable,
        manner: Manner::of(flags),
        call: move |scratch: &mut Scratch, more| {
            scratch.fill(limit, |room| sys::receive(descriptor, room, flags | more))
        },
    }
}

/// As [`receive`], with the sender's address, which has no bytes where the sender has no name,
/// `recvfrom(2)`.
pub fn receive_from(
    descriptor: Descriptor,
    limit: usize,
    flags: i32,
) -> impl Operation<Output = (usize, Address)> {
    Once {
        name: "recvfrom",
        descriptor,
        interest: Interest::Readable,
        manner: Manner::of(flags),
        call: move |scratch: &mut Scratch, more| {
            let mut sender = Address::unnamed();
            let length = scratch.fill(limit, |room| {
                let (bytes, address) = sys::receive_from(descriptor, room, flags | more)?;
                sender = address;
                Ok(bytes)
            })?;
            Ok((length, sender))
        },
    }
}

/// What [`receive_message`] has received besides the bytes in the scratch memory.
#[derive(Debug)]
pub struct IncomingMessage {
    /// The count of bytes.
    pub length: usize,
    /// The sender, without bytes where it has no name.
    pub sender: Address,
    /// Descriptors that came along, close-on-exec.
    pub descriptors: Vec<OwnedFd>,
    /// The other control messages.
    pub control: Vec<ControlMessage>,
    /// `MSG_TRUNC` and so on.
    pub flags: i32,
}

impl IncomingMessage {
    /// Whether the message had more bytes than there was room for.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.flags & libc::MSG_TRUNC != 0
    }

    /// Whether there was no room for all control messages and descriptors. The latter are closed.
    #[must_use]
    pub const fn is_control_truncated(&self) -> bool {
        self.flags & libc::MSG_CTRUNC != 0
    }
}

/// Receives one message, at most `limit` bytes of it and `control` bytes of control messages,
/// `recvmsg(2)`.
pub fn receive_message(
    descriptor: Descriptor,
    limit: usize,
    control: usize,
    flags: i32,
) -> impl Operation<Output = IncomingMessage> {
    let mut buffer = vec![0; control];
    Once {
        name: "recvmsg",
        descriptor,
        interest: Interest::Readable,
        manner: Manner::of(flags),
        call: move |scratch: &mut Scratch, more| {
            let mut message = None;
            let length = scratch.fill(limit, |room| {
                let received = sys::receive_message(descriptor, room, &mut buffer, flags | more)?;
                message = Some(IncomingMessage {
                    length: received.bytes.len(),
                    sender: received.sender,
                    descriptors: received.descriptors,
                    control: received.control,
                    flags: received.flags,
                });
                Ok(received.bytes)
            })?;
            message.filter(|message| message.length == length).ok_or(Errno::NOMSG)
        },
    }
}

/// The room for control messages that one descriptor takes and two do not.
pub const ROOM_FOR_ONE_DESCRIPTOR: usize = control::room_for(size_of::<i32>());

/// Accepts a connection, `accept4(2)`. The output is the connection and the address of its peer.
pub fn accept(
    listener: Descriptor,
    nonblocking: bool,
) -> impl Operation<Output = (Socket, Address)> {
    Once {
        name: "accept",
        descriptor: listener,
        interest: Interest::Readable,
        manner: Manner::Mode,
        call: move |_: &mut Scratch, _| {
            sys::accept(listener, nonblocking).map(|(connection, peer)| (connection.into(), peer))
        },
    }
}

/// Connects a socket, `connect(2)`. One in non-blocking mode that has begun to fails with
/// `EINPROGRESS`. A signal does not end a connection that is under way.
pub fn connect(descriptor: Descriptor, address: Address) -> impl Operation<Output = ()> {
    let mut begun = false;
    Once {
        name: "connect",
        descriptor,
        interest: Interest::Writable,
        manner: Manner::Mode,
        call: move |_: &mut Scratch, _| loop {
            match sys::connect(descriptor, &address) {
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
