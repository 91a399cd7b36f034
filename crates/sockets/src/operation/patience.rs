//! What an attempt can do instead of waiting, and the system calls that it makes so.

use std::time::Duration;

use crate::{
    Deadline, Descriptor, Errno, Handle, Interest, KernelTimeout, Lookups, PollEntry, Timeout,
    events, is_interrupted, sys,
};

/// What an attempt can do where a system call would have to wait.
#[derive(Debug)]
pub enum Patience<'a, L: EventLoop = NoLoop> {
    /// Return at once.
    None,
    /// Wait inside a system call that the kernel itself ends by the deadline. An operation
    /// without such a call returns at once.
    Kernel(&'a mut Deadline),
    /// Return at once, and make no system call of which this event loop knows that it would have to wait.
    Loop(&'a L),
}

impl Patience<'static> {
    /// As [`None`](Patience::None), where no event loop determines the type.
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

/// What an attempt asks of a driver that does other work while an operation waits.
///
/// The kernel reports readiness to such a driver, and the driver remembers it. So an attempt saves each system call
/// of which the driver knows that it would have to wait. [`Reactor`](crate::Reactor) is such an event loop.
pub trait EventLoop {
    /// `false` where the event loop knows that a call for this readiness would have to wait.
    fn may_be_ready(&self, descriptor: Descriptor, interest: Interest) -> bool;

    /// Records that a call for this readiness would have to wait.
    fn note_not_ready(&self, descriptor: Descriptor, interest: Interest);

    /// Records a short read. `is_drained` says that it proves that nothing is left to receive. The result is
    /// whether the descriptor can be ready all the same: the kernel reports the end of a stream only once, so an
    /// operation must not wait for an end that the event loop has recorded.
    fn note_short_receive(&self, descriptor: Descriptor, is_drained: bool) -> bool;

    /// The look-ups whose answers end a [`Wait::Lookup`](super::Wait::Lookup).
    fn lookups(&self) -> &Lookups;
}

/// Whether a system call waits in the kernel.
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
            Blocking::No => sys::linux::MSG_DONTWAIT,
            Blocking::Yes => 0,
        }
    }
}

/// What to do first where the kernel's time-out of the descriptor is not the operation's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FirstStep {
    /// Make the call without waiting, and set the time-out only where the call would have to wait.
    Call,
    /// Set the time-out: the call cannot be kept from waiting, or it will probably have to wait.
    SetTimeout,
}

/// A system call that can wait: a closure, or a type of its own on a hot path, because `inline(always)` works for
/// methods only.
pub(super) trait SystemCall {
    /// What the call returns.
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

/// From this size on, the socket's send buffer often has no room for all bytes.
const LARGE: usize = 16 * 1024;

impl FirstStep {
    /// What to do first with `length` bytes to send. Of many bytes the kernel takes a part at once, and the
    /// driver would have to wait for the rest.
    #[inline]
    pub(crate) fn to_send(length: usize) -> FirstStep {
        if length < LARGE { FirstStep::Call } else { FirstStep::SetTimeout }
    }
}

impl<L: EventLoop> Patience<'_, L> {
    /// Makes a system call. `None` where the call would have to wait, and the kernel cannot end it by the deadline:
    /// then the driver must wait.
    #[inline]
    pub(crate) fn call<T>(
        &mut self,
        handle: &impl Handle,
        interest: Interest,
        first: FirstStep,
        call: impl FnMut(Descriptor, Blocking) -> Result<T, Errno>,
    ) -> Result<Option<T>, Errno> {
        self.make(handle, interest, first, Closure(call))
    }

    /// As [`call`](Self::call), for a call on a hot path.
    #[inline(always)]
    pub(super) fn make<C: SystemCall>(
        &mut self,
        handle: &impl Handle,
        interest: Interest,
        first: FirstStep,
        mut call: C,
    ) -> Result<Option<C::Output>, Errno> {
        let descriptor = handle.descriptor()?;
        if let Patience::Loop(event_loop) = self {
            return call_without_waiting(*event_loop, descriptor, interest, call);
        }
        let kernel = handle.kernel_timeout(interest);
        let mut blocking = self.blocking(kernel);
        if first == FirstStep::SetTimeout && blocking == Blocking::No {
            blocking = self.set_kernel_timeout(descriptor, kernel);
        }
        loop {
            match call.make(descriptor, blocking) {
                Ok(output) => return Ok(Some(output)),
                Err(Errno::AGAIN) if blocking == Blocking::No => {
                    blocking = self.set_kernel_timeout(descriptor, kernel);
                    if blocking == Blocking::No {
                        return Ok(None);
                    }
                }
                Err(Errno::AGAIN) => return Ok(None),
                // The driver ends the operation with the interruption.
                Err(Errno::INTR) if is_interrupted() => return Ok(None),
                Err(Errno::INTR) => blocking = self.blocking(kernel),
                Err(errno) => return Err(errno),
            }
        }
    }

    /// Whether a call can wait in the kernel: whether the kernel's time-out of the descriptor is the operation's.
    #[inline]
    fn blocking(&mut self, kernel: Option<&KernelTimeout>) -> Blocking {
        let Patience::Kernel(deadline) = self else {
            return Blocking::No;
        };
        match (deadline.timeout(), kernel) {
            (Timeout::Never, None) => Blocking::Yes,
            (Timeout::Never, Some(kernel)) if kernel.is_set_to(Timeout::Never) => Blocking::Yes,
            (timeout @ Timeout::After(_), Some(kernel)) if kernel.is_set_to(timeout) => {
                deadline.start_now()
            }
            _ => Blocking::No,
        }
    }

    /// Sets the kernel's time-out to the operation's, where the kernel can keep that.
    #[cold]
    fn set_kernel_timeout(
        &mut self,
        descriptor: Descriptor,
        kernel: Option<&KernelTimeout>,
    ) -> Blocking {
        let (Patience::Kernel(deadline), Some(kernel)) = (self, kernel) else {
            return Blocking::No;
        };
        let timeout = deadline.timeout();
        if deadline.has_started()
            || !KernelTimeout::is_supported(timeout)
            || kernel.is_set_to(timeout)
        {
            return Blocking::No;
        }
        // Without the option, the driver waits.
        match kernel.set(descriptor, timeout) {
            Ok(()) if timeout == Timeout::Never => Blocking::Yes,
            Ok(()) => deadline.start_now(),
            Err(_) => Blocking::No,
        }
    }

    /// Records a short read. The result is whether a further receive is worth while.
    #[inline]
    pub(crate) fn note_short_receive(&self, handle: &impl Handle) -> bool {
        let Patience::Loop(event_loop) = self else {
            return self.retries_after_short_call();
        };
        handle.descriptor().is_ok_and(|descriptor| {
            event_loop.note_short_receive(descriptor, handle.short_read_drains())
        })
    }

    /// Whether to make a further call after a short read or write. A driver without a deadline can wait in that
    /// call. A driver that never waits learns of the end of a stream only by that call. An event loop reports
    /// further readiness, so there the call is not needed.
    pub(crate) fn retries_after_short_call(&self) -> bool {
        match self {
            Patience::None => true,
            Patience::Loop(_) => false,
            Patience::Kernel(deadline) => {
                deadline.is_never() || deadline.timeout() == Timeout::After(Duration::ZERO)
            }
        }
    }
}

/// Makes a system call that does not wait, unless the event loop knows that the call would have to.
#[inline(never)]
fn call_without_waiting<C: SystemCall>(
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
    /// Starts the deadline for a call that the kernel ends after the whole time-out. Where a part of the time has
    /// passed already, the kernel must not wait.
    fn start_now(&mut self) -> Blocking {
        if self.has_started() || self.remaining().is_none_or(|remaining| remaining.is_zero()) {
            return Blocking::No;
        }
        Blocking::Yes
    }
}

/// Makes a call that has no flag like `MSG_DONTWAIT` on a socket in blocking mode, so that it does not wait.
pub(super) fn without_waiting<T>(
    descriptor: Descriptor,
    call: impl FnOnce() -> Result<T, Errno>,
) -> Result<T, Errno> {
    sys::set_nonblocking(descriptor, true)?;
    let result = call();
    sys::set_nonblocking(descriptor, false)?;
    result
}

/// Whether a descriptor is ready, for calls that have no flag like `MSG_DONTWAIT`.
pub(super) fn is_ready(descriptor: Descriptor, interest: Interest) -> Result<bool, Errno> {
    current_events(descriptor, interest.events()).map(|events| events != 0)
}

/// Whether an error is pending on the socket. An operation that has transferred a part leaves the error to the next
/// call, as the kernel does.
#[cold]
pub(super) fn has_error(descriptor: Descriptor) -> Result<bool, Errno> {
    current_events(descriptor, 0).map(|current| current & events::ERR != 0)
}

/// Which of the events the descriptor has now, `poll(2)`. Errors and hang-ups are always reported.
pub(super) fn current_events(descriptor: Descriptor, events: i16) -> Result<i16, Errno> {
    // `poll` ignores negative numbers.
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
