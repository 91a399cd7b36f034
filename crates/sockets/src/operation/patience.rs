//! What an attempt may do when nothing can be done at once.

use std::time::Duration;

use crate::{
    Deadline, Descriptor, Errno, Handle, Interest, KernelTimeout, Lookups, PollEntry, Timeout,
    events, is_interrupted, sys,
};

/// What an attempt may do when nothing can be done at once.
#[derive(Debug)]
pub enum Patience<'a, L: EventLoop = NoLoop> {
    /// Return at once.
    None,
    /// Wait in the kernel, in a call that the kernel itself ends by the deadline. An operation
    /// without such a call returns at once.
    Kernel(&'a mut Deadline),
    /// Return at once, and do not even try what this loop knows to be in vain.
    Loop(&'a L),
}

impl Patience<'static> {
    /// As [`None`](Patience::None), where no event loop says what type it is.
    pub const NONE: Patience<'static> = Patience::None;
}

/// The event loop of a driver that has none.
#[derive(Clone, Copy, Debug)]
pub enum NoLoop {}

impl EventLoop for NoLoop {
    fn may_be_ready(&self, _: Descriptor, _: Interest) -> bool {
        match *self {}
    }

    fn note_not_ready(&self, _: Descriptor, _: Interest) {
        match *self {}
    }

    fn note_short_receive(&self, _: Descriptor, _: bool) -> bool {
        match *self {}
    }

    fn lookups(&self) -> &Lookups {
        match *self {}
    }
}

/// What an attempt asks of a driver that has other things to do while an operation waits.
///
/// Such a driver hears of readiness from the kernel, and remembers it: an attempt spares a system call of
/// which the driver knows that it would have to wait. [`Reactor`](crate::Reactor) is one.
pub trait EventLoop {
    /// Whether it is not known that a call for this readiness would have to wait.
    fn may_be_ready(&self, descriptor: Descriptor, interest: Interest) -> bool;

    /// Takes note that a call for this readiness would have to wait.
    fn note_not_ready(&self, descriptor: Descriptor, interest: Interest);

    /// Takes note that a receive has brought less than it had room for. `is_drained` says that the descriptor
    /// has no more for now. Whether it may be ready all the same: the kernel tells of the end of a stream only
    /// once, so an operation must not wait for an end of which the loop knows.
    fn note_short_receive(&self, descriptor: Descriptor, is_drained: bool) -> bool;

    /// The look-ups whose answers end a [`Wait::Lookup`](super::Wait::Lookup).
    fn lookups(&self) -> &Lookups;
}

/// Whether a call waits in the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Blocking {
    No,
    Yes,
}

impl Blocking {
    /// The flags for `recv(2)` and `send(2)`.
    #[inline]
    pub(crate) fn flags(self) -> i32 {
        match self {
            Blocking::No => libc::MSG_DONTWAIT,
            Blocking::Yes => 0,
        }
    }
}

/// What to do first where the kernel's time-out is not the one that is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum First {
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
    pub(crate) fn to_send(length: usize) -> First {
        if length < LARGE { First::Try } else { First::Prepare }
    }
}

impl<L: EventLoop> Patience<'_, L> {
    /// Makes a system call that may have to wait. `None` where it would have to and the kernel
    /// cannot do that within the deadline: the driver has to.
    #[inline]
    pub(crate) fn call<T>(
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
        if let Patience::Loop(event_loop) = self {
            return call_once(*event_loop, descriptor, interest, call);
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

    /// Takes note that a receive has brought less than it had room for. Whether the kernel may have more all
    /// the same.
    #[inline]
    pub(crate) fn note_short_receive(&self, handle: &impl Handle) -> bool {
        let Patience::Loop(event_loop) = self else {
            return self.tries_again();
        };
        handle.descriptor().is_ok_and(|descriptor| {
            event_loop.note_short_receive(descriptor, handle.short_read_drains())
        })
    }

    /// Whether to try once more after a call that has received or sent less than it could have. A
    /// driver that has no deadline to keep can wait in that call, and one that does not wait at all
    /// has no other occasion to learn of the end of a stream. An event loop tells when there is more.
    pub(crate) fn tries_again(&self) -> bool {
        match self {
            Patience::None => true,
            Patience::Loop(_) => false,
            Patience::Kernel(deadline) => {
                deadline.is_never() || deadline.timeout() == Timeout::After(Duration::ZERO)
            }
        }
    }
}

/// Makes a system call that does not wait, unless it would be in vain.
#[inline(never)]
fn call_once<C: SystemCall>(
    event_loop: &impl EventLoop,
    descriptor: Descriptor,
    interest: Interest,
    mut call: C,
) -> Result<Option<C::Output>, Errno> {
    if !event_loop.may_be_ready(descriptor, interest) {
        return Ok(None);
    }
    loop {
        match call.make(descriptor, Blocking::No) {
            Ok(output) => return Ok(Some(output)),
            Err(Errno::AGAIN) => {
                event_loop.note_not_ready(descriptor, interest);
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
