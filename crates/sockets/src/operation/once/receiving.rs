//! Receiving in the socket's own mode.

use super::DontWait;
use crate::operation::patience::current_events;
use crate::operation::{EventLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::options::{DOMAIN, TYPE};
use crate::{Descriptor, Errno, Error, Handle, Interest, Scratch, sys};

/// The most that a further call receives, unless more has arrived already: memory grows with the bytes that
/// arrive, not with the limit.
const MOST_AT_ONCE: usize = 256 * 1024;

/// The result of a system call that receives, besides the bytes.
pub(super) trait Received: Sized {
    /// The count of bytes.
    fn length(&self) -> usize;

    /// Adds the result of a later call.
    fn join(self, later: Self) -> Self;

    /// Whether no further call follows: the bytes have a control message of their own.
    fn is_last(&self) -> bool {
        false
    }
}

/// A system call that receives. On a stream in blocking mode, the operation repeats it until the minimum has
/// arrived.
pub(super) struct Receiving<H, T, C> {
    name: &'static str,
    handle: H,
    limit: usize,
    /// How many bytes the operation waits for.
    minimum: usize,
    flags: i32,
    /// What has arrived, where that is less than the minimum.
    partial: Option<Partial<T>>,
    /// Makes the call for at most so many bytes, with these flags.
    call: C,
}

struct Partial<T> {
    bytes: Vec<u8>,
    received: T,
}

impl<T> Partial<T> {
    fn finish(self, scratch: &mut Scratch) -> T {
        scratch.replace(self.bytes);
        self.received
    }
}

impl<H: Handle, T: Received, C> Receiving<H, T, C>
where
    C: FnMut(Descriptor, &mut Scratch, usize, i32) -> Result<T, Errno>,
{
    /// Receives at most `limit` bytes. `low_water` is the socket's `SO_RCVLOWAT`, the minimum without
    /// `MSG_WAITALL`.
    pub(super) fn new(
        name: &'static str,
        handle: H,
        limit: usize,
        low_water: usize,
        flags: i32,
        call: C,
    ) -> Self {
        let minimum = if flags & libc::MSG_WAITALL == 0 { low_water.min(limit) } else { limit };
        Receiving { name, handle, limit, minimum, flags, partial: None, call }
    }

    #[inline(always)]
    fn receive(
        &mut self,
        scratch: &mut Scratch,
        patience: &Patience<'_, impl EventLoop>,
    ) -> Result<Progress<T>, Errno> {
        let descriptor = self.handle.descriptor()?;
        if let Patience::Kernel(_) = patience {
            return (self.call)(descriptor, scratch, self.limit, self.flags).map(Progress::Done);
        }
        if let Some(partial) = self.partial.take() {
            return self.receive_rest(partial, descriptor, scratch);
        }
        match (self.call)(descriptor, scratch, self.limit, self.flags | sys::linux::MSG_DONTWAIT) {
            Ok(received) if received.length() >= self.minimum || received.length() == 0 => {
                Ok(Progress::Done(received))
            }
            Ok(received) if self.waits_for_minimum(descriptor)? => {
                let bytes = scratch.filled().to_vec();
                self.receive_rest(Partial { bytes, received }, descriptor, scratch)
            }
            Err(Errno::AGAIN) if DontWait::for_flags(self.flags).allows_waiting(descriptor)? => {
                Ok(Progress::Waiting)
            }
            result => result.map(Progress::Done),
        }
    }

    /// Whether the kernel would wait until the minimum has arrived.
    #[cold]
    fn waits_for_minimum(&self, descriptor: Descriptor) -> Result<bool, Errno> {
        const WITHOUT_MINIMUM: i32 = libc::MSG_OOB | sys::linux::MSG_ERRQUEUE;
        let is = |option, value| descriptor.option(option) == Ok(value);
        Ok(self.flags & WITHOUT_MINIMUM == 0
            && DontWait::for_flags(self.flags).allows_waiting(descriptor)?
            && is(&TYPE, libc::SOCK_STREAM)
            // MSG_PEEK on a unix stream returns what has arrived.
            && !(self.peeks() && is(&DOMAIN, libc::AF_UNIX)))
    }

    fn peeks(&self) -> bool {
        self.flags & libc::MSG_PEEK != 0
    }

    /// Receives the bytes behind the partial result, or peeks at all bytes once more.
    #[cold]
    fn receive_rest(
        &mut self,
        mut partial: Partial<T>,
        descriptor: Descriptor,
        scratch: &mut Scratch,
    ) -> Result<Progress<T>, Errno> {
        loop {
            let length = partial.bytes.len();
            let is_complete = length >= self.minimum || partial.received.is_last();
            if is_complete || self.stops_early(descriptor).unwrap_or(true) {
                return Ok(Progress::Done(partial.finish(scratch)));
            }
            let room = match self.peeks() {
                true => self.limit,
                false => (self.limit - length).min(length.max(MOST_AT_ONCE)),
            };
            partial.bytes.try_reserve(room).map_err(|_| Errno::NOMEM)?;
            match (self.call)(descriptor, scratch, room, self.flags | sys::linux::MSG_DONTWAIT) {
                Ok(received) if self.peeks() && received.length() > length => {
                    partial = Partial { bytes: scratch.filled().to_vec(), received };
                }
                Ok(_) if self.peeks() => return self.wait(partial),
                Ok(received) if received.length() > 0 => {
                    partial.bytes.extend_from_slice(scratch.filled());
                    partial.received = partial.received.join(received);
                }
                Err(Errno::AGAIN) => return self.wait(partial),
                Ok(_) | Err(_) => return Ok(Progress::Done(partial.finish(scratch))),
            }
        }
    }

    fn wait(&mut self, partial: Partial<T>) -> Result<Progress<T>, Errno> {
        self.partial = Some(partial);
        Ok(Progress::Waiting)
    }

    /// Whether the kernel would return less than the minimum: at a pending error, which the next call returns, at
    /// the mark of urgent data, and at the end of a stream that the call peeks at.
    fn stops_early(&self, descriptor: Descriptor) -> Result<bool, Errno> {
        let end = if self.peeks() { sys::linux::POLLRDHUP | libc::POLLHUP } else { 0 };
        let events = current_events(descriptor, libc::POLLPRI | sys::linux::POLLRDHUP)?;
        let is_urgent = events & libc::POLLPRI != 0;
        Ok(events & (libc::POLLERR | end) != 0 || is_urgent && sys::at_mark(descriptor)?)
    }
}

impl<H: Handle, T: Received, C> Operation for Receiving<H, T, C>
where
    C: FnMut(Descriptor, &mut Scratch, usize, i32) -> Result<T, Errno>,
{
    const NAME: &'static str = "recv";
    type Output = T;

    #[inline(always)]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<T>, Error> {
        self.receive(scratch, &patience).map_err(|errno| errno.during(self.name))
    }

    fn waits_for(&self) -> Wait<'_> {
        waits_for(&self.handle, Interest::Readable)
    }

    fn end_early(&mut self, scratch: &mut Scratch, reason: Error) -> Result<T, Error> {
        self.partial.take().map(|partial| partial.finish(scratch)).ok_or(reason)
    }
}
