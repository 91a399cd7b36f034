//! Receiving in the socket's own mode.

use super::Manner;
use crate::operation::patience::present;
use crate::operation::{EventLoop, Operation, Patience, Progress, Wait, waits_for};
use crate::options::{DOMAIN, TYPE};
use crate::{Descriptor, Errno, Error, Handle, Interest, Scratch, sys};

/// The most that is received at once behind a part, before as much has come already: memory grows with
/// what arrives, not with what is asked for.
const AT_ONCE: usize = 256 * 1024;

/// What a call that receives gives besides the bytes.
pub(super) trait Portion: Sized {
    /// How many bytes there are.
    fn length(&self) -> usize;

    /// Adds what a later call has given.
    fn join(self, later: Self) -> Self;

    /// Whether no call goes on behind it: something has come along that belongs to these bytes.
    fn is_last(&self) -> bool {
        false
    }
}

/// A system call that receives, until as much has come as is asked for where the socket is a stream in
/// blocking mode.
pub(super) struct Receiving<H, T, C> {
    name: &'static str,
    handle: H,
    limit: usize,
    /// How many bytes are enough.
    enough: usize,
    flags: i32,
    /// What has come, where that was not enough.
    part: Option<Part<T>>,
    /// Makes the call for so many bytes, with these flags.
    call: C,
}

struct Part<T> {
    bytes: Vec<u8>,
    portion: T,
}

impl<T> Part<T> {
    fn finish(self, scratch: &mut Scratch) -> T {
        scratch.replace(self.bytes);
        self.portion
    }
}

impl<H: Handle, T: Portion, C> Receiving<H, T, C>
where
    C: FnMut(Descriptor, &mut Scratch, usize, i32) -> Result<T, Errno>,
{
    /// Receives at most `limit` bytes. `low_water` is the socket's `SO_RCVLOWAT`.
    pub(super) fn new(
        name: &'static str,
        handle: H,
        limit: usize,
        low_water: usize,
        flags: i32,
        call: C,
    ) -> Self {
        let enough = if flags & libc::MSG_WAITALL == 0 { low_water.min(limit) } else { limit };
        Receiving { name, handle, limit, enough, flags, part: None, call }
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
        if let Some(part) = self.part.take() {
            return self.go_on(part, descriptor, scratch);
        }
        match (self.call)(descriptor, scratch, self.limit, self.flags | libc::MSG_DONTWAIT) {
            Ok(portion) if portion.length() >= self.enough || portion.length() == 0 => {
                Ok(Progress::Done(portion))
            }
            Ok(portion) if self.waits_for_more(descriptor)? => {
                let bytes = scratch.filled().to_vec();
                self.go_on(Part { bytes, portion }, descriptor, scratch)
            }
            Err(Errno::AGAIN) if Manner::of(self.flags).waits(descriptor)? => Ok(Progress::Waiting),
            result => result.map(Progress::Done),
        }
    }

    /// Whether the kernel would wait where less has come than is asked for.
    #[cold]
    fn waits_for_more(&self, descriptor: Descriptor) -> Result<bool, Errno> {
        const ALONE: i32 = libc::MSG_OOB | libc::MSG_ERRQUEUE;
        let is = |option, value| descriptor.option(option) == Ok(value);
        Ok(self.flags & ALONE == 0
            && Manner::of(self.flags).waits(descriptor)?
            && is(&TYPE, libc::SOCK_STREAM)
            // A look at a unix stream never waits for more.
            && !(self.peeks() && is(&DOMAIN, libc::AF_UNIX)))
    }

    fn peeks(&self) -> bool {
        self.flags & libc::MSG_PEEK != 0
    }

    /// Receives what is behind a part, or looks at all once more.
    #[cold]
    fn go_on(
        &mut self,
        mut part: Part<T>,
        descriptor: Descriptor,
        scratch: &mut Scratch,
    ) -> Result<Progress<T>, Errno> {
        loop {
            let length = part.bytes.len();
            let is_enough = length >= self.enough || part.portion.is_last();
            if is_enough || self.is_cut_short(descriptor).unwrap_or(true) {
                return Ok(Progress::Done(part.finish(scratch)));
            }
            let room = match self.peeks() {
                true => self.limit,
                false => (self.limit - length).min(length.max(AT_ONCE)),
            };
            part.bytes.try_reserve(room).map_err(|_| Errno::NOMEM)?;
            match (self.call)(descriptor, scratch, room, self.flags | libc::MSG_DONTWAIT) {
                Ok(portion) if self.peeks() && portion.length() > length => {
                    part = Part { bytes: scratch.filled().to_vec(), portion };
                }
                Ok(_) if self.peeks() => return self.wait(part),
                Ok(portion) if portion.length() > 0 => {
                    part.bytes.extend_from_slice(scratch.filled());
                    part.portion = part.portion.join(portion);
                }
                Err(Errno::AGAIN) => return self.wait(part),
                Ok(_) | Err(_) => return Ok(Progress::Done(part.finish(scratch))),
            }
        }
    }

    fn wait(&mut self, part: Part<T>) -> Result<Progress<T>, Errno> {
        self.part = Some(part);
        Ok(Progress::Waiting)
    }

    /// Whether the kernel goes no further than this: to an error, which is the next call's, to the mark of
    /// urgent data, and where what is looked at has an end.
    fn is_cut_short(&self, descriptor: Descriptor) -> Result<bool, Errno> {
        let end = if self.peeks() { libc::POLLRDHUP | libc::POLLHUP } else { 0 };
        let present = present(descriptor, libc::POLLPRI | libc::POLLRDHUP)?;
        let is_urgent = present & libc::POLLPRI != 0;
        Ok(present & (libc::POLLERR | end) != 0 || is_urgent && sys::at_mark(descriptor)?)
    }
}

impl<H: Handle, T: Portion, C> Operation for Receiving<H, T, C>
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
        self.part.take().map(|part| part.finish(scratch)).ok_or(reason)
    }
}
