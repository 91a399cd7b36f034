//! What an attempt may do when nothing can be done at once.

use std::time::Duration;

use crate::{
    Deadline, Descriptor, Errno, Handle, Interest, KernelTimeout, PollEntry, Reactor, Timeout,
    events, is_interrupted, sys,
};

/// What an attempt may do when nothing can be done at once.
#[derive(Debug)]
pub enum Patience<'a> {
    /// Return at once.
    None,
    /// Wait in the kernel, in a call that the kernel itself ends by the deadline. An operation
    /// without such a call returns at once.
    Kernel(&'a mut Deadline),
    /// Return at once, and do not even try what this knows to be in vain.
    Reactor(&'a Reactor),
}

/// Whether a call waits in the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Blocking {
    No,
    Yes,
}

impl Blocking {
    /// The flags for `recv(2)` and `send(2)`.
    #[inline]
    pub(super) fn flags(self) -> i32 {
        match self {
            Blocking::No => libc::MSG_DONTWAIT,
            Blocking::Yes => 0,
        }
    }
}

/// What to do first where the kernel's time-out is not the one that is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum First {
    /// Make the call in a way that does not wait.
    Try,
    /// Set the time-out: there is no such way, or the call has to wait anyhow.
    Prepare,
}

/// A system call that may have to wait: a closure, or, where every return counts, a type of its own, for
/// only a method can be made part of its caller for sure.
pub(super) trait SystemCall {
    /// What it gives.
    type Output;

    /// Makes the call.
    fn make(&mut self, descriptor: Descriptor, blocking: Blocking) -> Result<Self::Output, Errno>;
}

struct Closure<F>(F);

impl<T, F: FnMut(Descriptor, Blocking) -> Result<T, Errno>> SystemCall for Closure<F> {
    type Output = T;

    #[inline(always)]
    fn make(&mut self, descriptor: Descriptor, blocking: Blocking) -> Result<T, Errno> {
        (self.0)(descriptor, blocking)
    }
}

/// What the system may well not take at once.
const LARGE: usize = 16 * 1024;

impl First {
    /// What to do first with so many bytes to send. Some of many would be taken at once, and the rest be left to
    /// the driver.
    #[inline]
    pub(super) fn to_send(length: usize) -> First {
        if length < LARGE { First::Try } else { First::Prepare }
    }
}

impl Patience<'_> {
    /// Makes a system call that may have to wait. `None` where it would have to and the kernel
    /// cannot do that within the deadline: the driver has to.
    #[inline]
    pub(super) fn call<T>(
        &mut self,
        handle: &impl Handle,
        interest: Interest,
        first: First,
        call: impl FnMut(Descriptor, Blocking) -> Result<T, Errno>,
    ) -> Result<Option<T>, Errno> {
        self.make(handle, interest, first, Closure(call))
    }

    /// As [`call`](Self::call).
    #[inline(always)]
    pub(super) fn make<C: SystemCall>(
        &mut self,
        handle: &impl Handle,
        interest: Interest,
        first: First,
        mut call: C,
    ) -> Result<Option<C::Output>, Errno> {
        let descriptor = handle.descriptor()?;
        if let Patience::Reactor(reactor) = self {
            return call_once(reactor, descriptor, interest, call);
        }
        let kernel = handle.kernel_timeout(interest);
        let mut blocking = self.blocking(kernel);
        if first == First::Prepare && blocking == Blocking::No {
            blocking = self.prepare(descriptor, kernel);
        }
        loop {
            match call.make(descriptor, blocking) {
                Ok(output) => return Ok(Some(output)),
                Err(Errno::AGAIN) if blocking == Blocking::No => {
                    blocking = self.prepare(descriptor, kernel);
                    if blocking == Blocking::No {
                        return Ok(None);
                    }
                }
                Err(Errno::AGAIN) => return Ok(None),
                // The driver fails with the interruption.
                Err(Errno::INTR) if is_interrupted() => return Ok(None),
                Err(Errno::INTR) => blocking = self.blocking(kernel),
                Err(errno) => return Err(errno),
            }
        }
    }

    /// Whether a call would wait in the kernel as long as it should, as things are.
    #[inline]
    fn blocking(&mut self, kernel: Option<&KernelTimeout>) -> Blocking {
        let Patience::Kernel(deadline) = self else {
            return Blocking::No;
        };
        match (deadline.timeout(), kernel) {
            (Timeout::Never, None) => Blocking::Yes,
            (Timeout::Never, Some(kernel)) if kernel.is(Timeout::Never) => Blocking::Yes,
            (timeout @ Timeout::After(_), Some(kernel)) if kernel.is(timeout) => {
                deadline.start_now()
            }
            _ => Blocking::No,
        }
    }

    /// Sets the kernel's time-out, where that lets a call wait as long as it should.
    #[cold]
    fn prepare(&mut self, descriptor: Descriptor, kernel: Option<&KernelTimeout>) -> Blocking {
        let (Patience::Kernel(deadline), Some(kernel)) = (self, kernel) else {
            return Blocking::No;
        };
        let timeout = deadline.timeout();
        if deadline.has_started() || !KernelTimeout::can_keep(timeout) || kernel.is(timeout) {
            return Blocking::No;
        }
        // Where the option cannot be set, the driver waits.
        match kernel.set(descriptor, timeout) {
            Ok(()) if timeout == Timeout::Never => Blocking::Yes,
            Ok(()) => deadline.start_now(),
            Err(_) => Blocking::No,
        }
    }

    /// Notes that a stream has given less than there was room for.
    #[inline]
    pub(super) fn note_short_receive(&self, handle: &impl Handle) {
        if let (Patience::Reactor(reactor), Ok(descriptor)) = (self, handle.descriptor())
            && handle.gives_all_there_is()
        {
            reactor.note_short_receive(descriptor);
        }
    }

    /// Whether a receive that has found less than it had room for may have left something. A reactor
    /// tells of what has come only once: what it told of the end of a stream must not be waited for again.
    pub(super) fn may_have_left(&self, handle: &impl Handle) -> bool {
        match self {
            Patience::Reactor(reactor) => handle
                .descriptor()
                .is_ok_and(|descriptor| reactor.may_be_ready(descriptor, Interest::Readable)),
            Patience::None | Patience::Kernel(_) => self.tries_again(),
        }
    }

    /// Whether to try once more after a call that has received or sent less than it could have. A
    /// driver that has no deadline to keep may wait in that call, and one that does not wait at all
    /// has no other occasion to learn of the end of a stream. A reactor tells when there is more.
    pub(super) fn tries_again(&self) -> bool {
        match self {
            Patience::None => true,
            Patience::Reactor(_) => false,
            Patience::Kernel(deadline) => {
                deadline.is_never() || deadline.timeout() == Timeout::After(Duration::ZERO)
            }
        }
    }
}

/// Makes a system call that does not wait, unless it would be in vain.
#[inline(never)]
fn call_once<C: SystemCall>(
    reactor: &Reactor,
    descriptor: Descriptor,
    interest: Interest,
    mut call: C,
) -> Result<Option<C::Output>, Errno> {
    if !reactor.may_be_ready(descriptor, interest) {
        return Ok(None);
    }
    loop {
        match call.make(descriptor, Blocking::No) {
            Ok(output) => return Ok(Some(output)),
            Err(Errno::AGAIN) => {
                reactor.note_not_ready(descriptor, interest);
                return Ok(None);
            }
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

impl Deadline {
    /// Starts the deadline for a call that the kernel ends after the whole of it; not where part of
    /// the time has gone already.
    fn start_now(&mut self) -> Blocking {
        if self.has_started() || self.remaining().is_none_or(|remaining| remaining.is_zero()) {
            return Blocking::No;
        }
        Blocking::Yes
    }
}

/// Makes a call on a socket in blocking mode that does not wait, where no flag of the call says so.
pub(super) fn without_waiting<T>(
    descriptor: Descriptor,
    call: impl FnOnce() -> Result<T, Errno>,
) -> Result<T, Errno> {
    sys::set_nonblocking(descriptor, true)?;
    let result = call();
    sys::set_nonblocking(descriptor, false)?;
    result
}

/// Whether a descriptor is ready, for calls without a flag for "do not wait".
pub(super) fn is_ready(descriptor: Descriptor, interest: Interest) -> Result<bool, Errno> {
    present(descriptor, interest.events()).map(|present| present != 0)
}

/// Whether an error waits for the next call. A call that has done a part leaves it to that, as the kernel
/// does.
#[cold]
pub(super) fn has_error(descriptor: Descriptor) -> Result<bool, Errno> {
    present(descriptor, 0).map(|present| present & events::ERR != 0)
}

/// Those of the events that have come, `poll(2)`. Errors and hang-ups are told of in any case.
pub(super) fn present(descriptor: Descriptor, events: i16) -> Result<i16, Errno> {
    // `poll` passes negative numbers over in silence.
    if descriptor.number() < 0 {
        return Err(Errno::BADF);
    }
    let mut entry = [PollEntry::new(descriptor, events)];
    loop {
        match sys::poll(&mut entry, Some(Duration::ZERO)) {
            Err(Errno::INTR) => {}
            polled => return polled.map(|_| entry[0].returned),
        }
    }
}
