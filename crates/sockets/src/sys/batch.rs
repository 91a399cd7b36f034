//! Many datagrams in one system call.

use std::fmt;
use std::io::IoSlice;
use std::num::NonZeroUsize;
use std::ptr;

use super::socket::sockaddr;
use super::{check, control};
use crate::address::AddressStorage;
use crate::{Address, Descriptor, Errno};

fn header() -> libc::mmsghdr {
    // SAFETY: zeroes are a valid `mmsghdr`: lengths and null pointers.
    unsafe { std::mem::zeroed() }
}

/// Datagrams to one destination that go to the kernel as one message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing<'a> {
    /// Their bytes, one behind the other.
    pub(crate) pieces: &'a [IoSlice<'a>],
    pub(crate) destination: Option<&'a Address>,
    /// How many bytes each of them has, but the last, which may have fewer (`UDP_SEGMENT`, `udp(7)`);
    /// 0 where all is one datagram.
    pub(crate) segment: u16,
}

/// The length of the control message that has the size of a segment: two bytes where it is sent, four where it
/// is received, and their padding.
const SEGMENT_CONTROL: usize = control::room_for(size_of::<u64>());

/// `sendmmsg(2)` without `SIGPIPE`: how many messages were taken.
pub(crate) fn send_messages(
    descriptor: Descriptor,
    messages: &[Outgoing<'_>],
    flags: i32,
) -> Result<usize, Errno> {
    let mut controls = Vec::new();
    for message in messages.iter().filter(|message| message.segment > 0) {
        let segment = message.segment.to_ne_bytes();
        control::append(&mut controls, libc::SOL_UDP, libc::UDP_SEGMENT, &segment);
    }
    let mut rest = controls.chunks_exact(SEGMENT_CONTROL);
    let mut headers: Vec<libc::mmsghdr> = messages
        .iter()
        .map(|message| {
            let mut header = header();
            if let Some(destination) = message.destination {
                let (address, length) = sockaddr(destination);
                header.msg_hdr.msg_name = address.cast_mut().cast();
                header.msg_hdr.msg_namelen = length;
            }
            // An `IoSlice` has the layout of a `struct iovec`, which the standard library promises.
            header.msg_hdr.msg_iov = message.pieces.as_ptr().cast_mut().cast();
            header.msg_hdr.msg_iovlen = message.pieces.len() as _;
            if message.segment > 0
                && let Some(control) = rest.next()
            {
                header.msg_hdr.msg_control = control.as_ptr().cast_mut().cast();
                header.msg_hdr.msg_controllen = control.len() as _;
            }
            header
        })
        .collect();
    let count = headers.len() as libc::c_uint;
    // SAFETY: addresses, pieces and control messages are readable for their lengths and outlive the
    // call, which writes to the headers only.
    check(unsafe {
        libc::sendmmsg(
            descriptor.number(),
            headers.as_mut_ptr(),
            count,
            (flags | libc::MSG_NOSIGNAL) as _,
        )
    })
    .map(|sent| sent.unsigned_abs() as usize)
}

/// Messages that have been received, and the memory that they lie in. It is kept for the next time.
#[derive(Default)]
pub(crate) struct Batch {
    /// Of this only the capacity is used.
    memory: Vec<u8>,
    /// The distance between the places of two messages.
    stride: usize,
    /// Invariant: so many bytes at each message's place are initialised.
    messages: Vec<Incoming>,
}

/// What is known of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming {
    length: usize,
    /// How many bytes each of the datagrams has that the kernel has joined, but the last, which may
    /// have fewer (`UDP_GRO`, `udp(7)`); `None` where it is one datagram.
    pub(crate) segment: Option<NonZeroUsize>,
    pub(crate) sender: Address,
}

impl Batch {
    /// The messages, in order.
    pub(crate) fn messages(&self) -> &[Incoming] {
        &self.messages
    }

    /// The bytes of a message, none where there is no such one.
    pub(crate) fn bytes(&self, index: usize) -> &[u8] {
        let Some(Incoming { length, .. }) = self.messages.get(index) else {
            return &[];
        };
        // SAFETY: the memory has a place for each message, `stride` bytes apart, and as many bytes
        // there are initialised as the invariant says.
        unsafe {
            std::slice::from_raw_parts(self.memory.as_ptr().add(index * self.stride), *length)
        }
    }

    /// Forgets the messages.
    pub(crate) fn clear(&mut self) {
        self.messages.clear();
    }

    /// `recvmmsg(2)`: receives up to `count` messages, at most `size` bytes of each.
    pub(crate) fn receive(
        &mut self,
        descriptor: Descriptor,
        count: usize,
        size: usize,
        flags: i32,
    ) -> Result<(), Errno> {
        self.messages.clear();
        // An odd number of cache lines, or all places would share a few sets of the cache.
        self.stride = (size.div_ceil(64) | 1) * 64;
        let room = self.stride.checked_mul(count).ok_or(Errno::NOMEM)?;
        self.memory.try_reserve_exact(room).map_err(|_| Errno::NOMEM)?;
        let memory = self.memory.as_mut_ptr();
        let mut names: Vec<AddressStorage> = (0..count).map(|_| AddressStorage::new()).collect();
        let mut controls = vec![[0_u8; SEGMENT_CONTROL]; count];
        let mut pieces: Vec<libc::iovec> = (0..count)
            .map(|index| libc::iovec {
                // Within the memory, which has room for `count` of them.
                iov_base: memory.wrapping_add(index * self.stride).cast(),
                iov_len: size,
            })
            .collect();
        let mut headers: Vec<libc::mmsghdr> = pieces
            .iter_mut()
            .zip(names.iter_mut().zip(&mut controls))
            .map(|(piece, (name, control))| {
                let mut header = header();
                header.msg_hdr.msg_name = name.as_mut_ptr().cast();
                header.msg_hdr.msg_namelen = name.len() as libc::socklen_t;
                header.msg_hdr.msg_iov = ptr::from_mut(piece);
                header.msg_hdr.msg_iovlen = 1;
                header.msg_hdr.msg_control = control.as_mut_ptr().cast();
                header.msg_hdr.msg_controllen = control.len() as _;
                header
            })
            .collect();
        // SAFETY: each header has a piece of the memory, an address and a control buffer that are
        // writable for their lengths, and all outlive the call.
        let received = check(unsafe {
            libc::recvmmsg(
                descriptor.number(),
                headers.as_mut_ptr(),
                count as libc::c_uint,
                (flags | libc::MSG_WAITFORONE) as _,
                ptr::null_mut(),
            )
        })?;
        let received = headers.iter().zip(&names).take(received.unsigned_abs() as usize);
        for ((header, name), control) in received.zip(&controls) {
            let message = &header.msg_hdr;
            // The kernel has written as many bytes of the piece.
            let length = (header.msg_len as usize).min(size);
            let control = &control[..control.len().min(message.msg_controllen)];
            self.messages.push(Incoming {
                length,
                segment: segment(control).filter(|segment| segment.get() < length),
                sender: Address::from_kernel(name, message.msg_namelen as usize),
            });
        }
        Ok(())
    }
}

/// The size of a segment, in a control buffer.
fn segment(control: &[u8]) -> Option<NonZeroUsize> {
    let mut segment = None;
    control::for_each(control, |level, kind, data| {
        if let ((libc::SOL_UDP, libc::UDP_GRO), Ok(size)) = ((level, kind), data.try_into()) {
            segment = usize::try_from(i32::from_ne_bytes(size)).ok().and_then(NonZeroUsize::new);
        }
    });
    segment
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("messages", &self.messages).finish_non_exhaustive()
    }
}
