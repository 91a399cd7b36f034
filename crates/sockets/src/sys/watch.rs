//! `epoll(7)`: descriptors that the kernel goes on watching between calls.

use std::os::fd::{FromRawFd, OwnedFd};

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
    /// What has been found: descriptors, with the [`events`](crate::events) that have come.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Descriptor, i16)> {
        self.0.iter().map(|event| {
            // `watch` has put the number of a descriptor there. The bits of `poll(2)` are the lower
            // ones of `epoll(7)`, with the same values.
            (Descriptor::from_number(event.u64 as i32), event.events as i16)
        })
    }
}

const _: () = assert!(
    libc::EPOLLIN == libc::POLLIN as i32
        && libc::EPOLLOUT == libc::POLLOUT as i32
        && libc::EPOLLERR == libc::POLLERR as i32
        && libc::EPOLLHUP == libc::POLLHUP as i32
);

/// `epoll_create1(2)`.
pub(crate) fn watcher() -> Result<OwnedFd, Errno> {
    // SAFETY: takes an integer; what it returns is a new descriptor that nobody else knows of.
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
    let mut event = libc::epoll_event {
        events: u32::from(events.unsigned_abs()),
        u64: u64::from(descriptor.number().unsigned_abs()),
    };
    // SAFETY: the event outlives the call.
    check(unsafe {
        libc::epoll_ctl(watcher.number(), operation, descriptor.number(), &raw mut event)
    })?;
    Ok(())
}

/// `epoll_wait(2)` without waiting: fills `found` with what is ready, at most `limit` descriptors.
pub(crate) fn watched(
    watcher: Descriptor,
    limit: usize,
    found: &mut WatchEvents,
) -> Result<(), Errno> {
    let WatchEvents(events) = found;
    events.clear();
    events.try_reserve(limit).map_err(|_| Errno::NOMEM)?;
    let room = i32::try_from(limit).unwrap_or(i32::MAX);
    // SAFETY: there is room for so many events behind the beginning of the vector, and the kernel has
    // written as many of them as it says.
    unsafe {
        let count = check(libc::epoll_wait(watcher.number(), events.as_mut_ptr(), room, 0))?;
        events.set_len(count.unsigned_abs() as usize);
    }
    Ok(())
}

/// Whether `watcher` watches a descriptor edge-triggered, as mio has it do. The kernel tells only whoever
/// changes something: a watched descriptor is watched anew, and one that is ready is told once more.
pub(crate) fn is_watched(watcher: Descriptor, descriptor: Descriptor) -> bool {
    let events = libc::EPOLLET | libc::EPOLLIN | libc::EPOLLRDHUP | libc::EPOLLOUT | libc::EPOLLPRI;
    let mut event = libc::epoll_event {
        events: events as u32,
        u64: u64::from(descriptor.number().unsigned_abs()),
    };
    // SAFETY: the event outlives the call.
    check(unsafe {
        let operation = libc::EPOLL_CTL_MOD;
        libc::epoll_ctl(watcher.number(), operation, descriptor.number(), &raw mut event)
    })
    .is_ok()
}
