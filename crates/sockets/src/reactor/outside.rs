//! A reactor as a part of another event loop.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::{Reactor, TIMER};
use crate::{Descriptor, Errno, sys};

/// The timer that makes the reactor's descriptor readable at the next deadline.
#[derive(Debug, Default)]
pub(super) struct Outside {
    timer: Option<OwnedFd>,
}

impl Outside {
    pub(super) fn disarm(&self) {
        if let Some(timer) = &self.timer {
            // `prepare` sets it before the other loop waits for the descriptor again.
            let _ = sys::set_timer(timer, None);
        }
    }
}

impl Reactor {
    /// The descriptor that is readable when a [`turn`](Self::turn) has waiters to wake, for another event loop.
    /// That loop must call [`prepare`](Self::prepare) before each wait.
    ///
    /// # Errors
    /// That of `timerfd_create(2)` or `epoll_ctl(2)`.
    pub fn descriptor(&self) -> Result<Descriptor, Errno> {
        let mut inner = self.inner.borrow_mut();
        let inner = &mut *inner;
        if inner.outside.timer.is_none() {
            let timer = sys::timer()?;
            sys::register_readable(inner.watcher(), &timer, TIMER)?;
            inner.outside.timer = Some(timer);
        }
        Ok(inner.watcher())
    }

    /// Sets the timer before another loop waits for the descriptor: `at_once` makes it readable now.
    ///
    /// # Errors
    /// That of `timerfd_settime(2)`.
    pub fn prepare(&self, at_once: bool) -> Result<(), Errno> {
        let inner = self.inner.borrow();
        let Some(timer) = &inner.outside.timer else {
            return Ok(());
        };
        let left = if at_once || !inner.woken.is_empty() {
            Some(Duration::ZERO)
        } else {
            inner.timers.first().map(|moment| moment.saturating_duration_since(Instant::now()))
        };
        sys::set_timer(timer, left)
    }
}
