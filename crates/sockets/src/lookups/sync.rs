//! What the threads of the pool synchronise with: std's, or under `cfg(loom)` loom's, with which a model tries the
//! orders in which the threads can run.

#[cfg(not(loom))]
pub(super) use std::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
pub(super) use std::thread::Builder;

#[cfg(loom)]
pub(super) use self::modelled::{Builder, Condvar, spawns_succeed};
#[cfg(loom)]
pub(super) use loom::sync::{Mutex, MutexGuard};

/// What loom does not model: time that passes, and threads that cannot be started.
#[cfg(loom)]
mod modelled {
    use std::cell::Cell;
    use std::io;
    use std::sync::LockResult;
    use std::time::Duration;

    use loom::sync::MutexGuard;

    /// A condition variable whose time-outs pass at a moment that loom chooses.
    #[derive(Debug)]
    pub(in super::super) struct Condvar {
        condition: loom::sync::Condvar,
        /// Written and read only under the mutex of the waits, so it needs no loom of its own.
        time_has_passed: std::sync::atomic::AtomicBool,
    }

    pub(in super::super) struct TimedOut(bool);

    impl TimedOut {
        pub(in super::super) fn timed_out(&self) -> bool {
            self.0
        }
    }

    impl Condvar {
        pub(in super::super) fn new() -> Condvar {
            Condvar { condition: loom::sync::Condvar::new(), time_has_passed: false.into() }
        }

        pub(in super::super) fn notify_one(&self) {
            self.condition.notify_one();
        }

        pub(in super::super) fn notify_all(&self) {
            self.condition.notify_all();
        }

        /// Waits for a notification, or until the time of all waits has passed.
        pub(in super::super) fn wait_timeout<'a, T>(
            &self,
            guard: MutexGuard<'a, T>,
            _: Duration,
        ) -> LockResult<(MutexGuard<'a, T>, TimedOut)> {
            let time_has_passed =
                || TimedOut(self.time_has_passed.load(std::sync::atomic::Ordering::SeqCst));
            if time_has_passed().0 {
                return Ok((guard, time_has_passed()));
            }
            let guard = self.condition.wait(guard).unwrap_or_else(|_| unreachable!());
            Ok((guard, time_has_passed()))
        }

        /// Lets the time of all waits pass, from now on. A thread of the model does it at any moment, so loom
        /// tries each. It must hold the mutex: a wait that begins meanwhile would miss the notification.
        pub(in super::super) fn pass_time<T>(&self, _: &MutexGuard<'_, T>) {
            self.time_has_passed.store(true, std::sync::atomic::Ordering::SeqCst);
            self.condition.notify_all();
        }
    }

    std::thread_local! {
        /// How many threads the model can still start. Loom runs all threads of a model in one of the system's.
        static SPAWNS: Cell<usize> = const { Cell::new(0) };
    }

    /// Has the next `count` threads start, and none after them.
    pub(in super::super) fn spawns_succeed(count: usize) {
        SPAWNS.set(count);
    }

    /// Starts threads, as many as `spawns_succeed` has allowed.
    #[derive(Debug)]
    pub(in super::super) struct Builder(loom::thread::Builder);

    impl Builder {
        pub(in super::super) fn new() -> Builder {
            Builder(loom::thread::Builder::new())
        }

        pub(in super::super) fn name(self, name: String) -> Builder {
            Builder(self.0.name(name))
        }

        pub(in super::super) fn spawn(
            self,
            work: impl FnOnce() + Send + 'static,
        ) -> io::Result<()> {
            let Some(left) = SPAWNS.get().checked_sub(1) else {
                // The system has had the time to run other threads before it refused.
                loom::thread::yield_now();
                return Err(io::ErrorKind::WouldBlock.into());
            };
            SPAWNS.set(left);
            self.0.spawn(work).map(drop)
        }
    }
}
