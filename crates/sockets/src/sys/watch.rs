//! `epoll(7)`: descriptors that the kernel goes on watching between calls.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::check;
use crate::{Descriptor, Errno};

/// Room for what `epoll_wait` finds.
#[derive(Default)]
pub(crate) struct WatchEvents(Vec<libc::epoll_event>);

impl std::fmt::Debug for WatchEvents {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("WatchEvents").field(&self.0.len()).finish()
    }
}

impl WatchEvents {
    /// What has been found: the data that each descriptor was registered with, and the
    /// [`events`](crate::events) that have come.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, i16)> {
        // The bits of `poll(2)` are the lower ones of `epoll(7)`, with the same values.
        self.0.iter().map(|event| (event.u64, event.events as i16))
    }
}

const _: () = assert!(
    libc::EPOLLIN == libc::POLLIN as i32
        && libc::EPOLLOUT == libc::POLLOUT as i32
        && libc::EPOLLERR == libc::POLLERR as i32
        && libc::EPOLLHUP == libc::POLLHUP as i32
        && libc::EPOLLPRI == libc::POLLPRI as i32
        && libc::EPOLLRDHUP == libc::POLLRDHUP as i32
);

/// `epoll_create1(2)`.
pub(crate) fn watcher() -> Result<OwnedFd, Errno> {
    // SAFETY: takes an integer; what it returns is a new descriptor that nothing else owns.
    unsafe {
        let watcher = check(libc::epoll_create1(libc::EPOLL_CLOEXEC))?;
        Ok(OwnedFd::from_raw_fd(watcher))
    }
}

/// `epoll_ctl(2)`: changes what a descriptor is watched for from `before` to `events`; 0 is for
/// nothing.
pub(crate) fn watch(
    watcher: Descriptor,
    descriptor: Descriptor,
    before: i16,
    events: i16,
) -> Result<(), Errno> {
    let operation = match (before, events) {
        (_, 0) => libc::EPOLL_CTL_DEL,
        (0, _) => libc::EPOLL_CTL_ADD,
        _ => libc::EPOLL_CTL_MOD,
    };
    let number = u64::from(descriptor.number().unsigned_abs());
    control(watcher, operation, descriptor, i32::from(events.cast_unsigned()), number)
}

/// Fills `found` with what is ready, at most `limit` descriptors. Where none is, waits for one until the
/// time is over; `None` waits for ever. `epoll_wait(2)`, or `epoll_pwait2(2)`, which takes nanoseconds.
pub(crate) fn watched(
    watcher: Descriptor,
    limit: usize,
    timeout: Option<Duration>,
    found: &mut WatchEvents,
) -> Result<(), Errno> {
    let WatchEvents(events) = found;
    events.clear();
    events.try_reserve(limit).map_err(|_| Errno::NOMEM)?;
    let room = i32::try_from(limit).unwrap_or(i32::MAX);
    let limit = timeout.filter(|timeout| !timeout.is_zero());
    // SAFETY: there is room for so many events behind the beginning of the vector, and the kernel has
    // written as many of them as it says.
    unsafe {
        let events_at = events.as_mut_ptr();
        let precise = match limit {
            Some(limit) => wait_precisely(watcher, events_at, room, limit),
            None => None,
        };
        let count = match precise {
            Some(count) => count,
            None => {
                let milliseconds = timeout.map_or(-1, whole_milliseconds);
                check(libc::epoll_wait(watcher.number(), events_at, room, milliseconds))
            }
        }?;
        events.set_len(count.unsigned_abs() as usize);
    }
    Ok(())
}

/// A time for `epoll_wait(2)`: never less than what is asked for, unless that is more than 24 days.
fn whole_milliseconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
}

/// Whether the kernel has no `epoll_pwait2(2)`: Linux has the call since 5.11.
static LACKS_PRECISE_WAIT: AtomicBool = AtomicBool::new(false);

/// `struct __kernel_timespec`, which has 64 bits for both on each architecture.
#[repr(C)]
struct KernelTimespec {
    seconds: i64,
    nanoseconds: i64,
}

/// `epoll_pwait2(2)`: the result of the call; `None` where the kernel does not have the call.
///
/// # Safety
/// `events` is writable for `room` events.
unsafe fn wait_precisely(
    watcher: Descriptor,
    events: *mut libc::epoll_event,
    room: i32,
    limit: Duration,
) -> Option<Result<i32, Errno>> {
    if LACKS_PRECISE_WAIT.load(Ordering::Relaxed) {
        return None;
    }
    let limit = KernelTimespec {
        seconds: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
        nanoseconds: limit.subsec_nanos().into(),
    };
    // By its number, for the wrapper came with glibc 2.35.
    // SAFETY: the caller's promise; the limit outlives the call, and no signal mask is given.
    let count = unsafe {
        libc::syscall(
            libc::SYS_epoll_pwait2,
            watcher.number(),
            events,
            room,
            &raw const limit,
            ptr::null::<libc::sigset_t>(),
            0_usize,
        )
    };
    match check(count as i32) {
        // The latter is the answer of a seccomp filter that does not know the call.
        Err(Errno(libc::ENOSYS | libc::EPERM)) => {
            LACKS_PRECISE_WAIT.store(true, Ordering::Relaxed);
            None
        }
        result => Some(result),
    }
}

/// The events that a reactor hears of, edge-triggered: all of both directions.
const BOTH_DIRECTIONS: i32 =
    libc::EPOLLET | libc::EPOLLIN | libc::EPOLLRDHUP | libc::EPOLLOUT | libc::EPOLLPRI;

/// `epoll_ctl(2)`: `data` comes with each event of the descriptor.
fn control(
    watcher: Descriptor,
    operation: i32,
    descriptor: Descriptor,
    events: i32,
    data: u64,
) -> Result<(), Errno> {
    let mut event = libc::epoll_event { events: events.cast_unsigned(), u64: data };
    // SAFETY: the event outlives the call.
    check(unsafe {
        libc::epoll_ctl(watcher.number(), operation, descriptor.number(), &raw mut event)
    })
    .map(drop)
}

/// Has `watcher` watch both directions of a descriptor, edge-triggered. The events come with the number of
/// the descriptor.
pub(crate) fn register(watcher: Descriptor, descriptor: Descriptor) -> Result<(), Errno> {
    let number = u64::from(descriptor.number().unsigned_abs());
    match control(watcher, libc::EPOLL_CTL_ADD, descriptor, BOTH_DIRECTIONS, number) {
        // The program has put a copy of a watched descriptor under a number that was watched before.
        Err(Errno(libc::EEXIST)) => {
            control(watcher, libc::EPOLL_CTL_MOD, descriptor, BOTH_DIRECTIONS, number)
        }
        result => result,
    }
}

/// Has `watcher` watch whether a descriptor of this crate is readable, edge-triggered. The events come with
/// `data`, which is larger than every number of a descriptor.
pub(crate) fn register_readable(
    watcher: Descriptor,
    descriptor: &OwnedFd,
    data: u64,
) -> Result<(), Errno> {
    let descriptor = Descriptor::from_number(descriptor.as_raw_fd());
    control(watcher, libc::EPOLL_CTL_ADD, descriptor, libc::EPOLLET | libc::EPOLLIN, data)
}

/// Whether `watcher` watches a descriptor that was [registered](register). The kernel answers only a call
/// that changes something, so a watched descriptor is registered anew, and the kernel reports once more that
/// it is ready.
pub(crate) fn is_watched(watcher: Descriptor, descriptor: Descriptor) -> bool {
    let number = u64::from(descriptor.number().unsigned_abs());
    control(watcher, libc::EPOLL_CTL_MOD, descriptor, BOTH_DIRECTIONS, number).is_ok()
}
