//! The threads that ask the resolver.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::sync::{Builder, Condvar, Mutex, MutexGuard};

/// How many look-ups are made at once. Loom has five threads for a whole model.
const MOST_THREADS: usize = if cfg!(loom) { 2 } else { 4 };
/// How long a thread waits for the next look-up before it ends.
const IDLE: Duration = Duration::from_secs(10);

/// What a thread does.
pub(super) trait Work: Send + Sync + 'static {
    /// Does it. It takes the time that it takes.
    fn run(&self);
}

/// A few threads that are started when they are needed, and end when they are not.
///
/// No code joins them: a resolver that does not answer must not keep a program from ending.
pub(super) struct Pool<W: Work>(Arc<PoolState<W>>);

impl<W: Work> fmt::Debug for Pool<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

/// What the threads do when they have an answer.
type Wake = dyn Fn() + Send + Sync;

pub(super) struct PoolState<W> {
    pub(super) queue: Mutex<Queue<W>>,
    pub(super) has_work: Condvar,
    wake: Box<Wake>,
}

#[derive(Debug)]
pub(super) struct Queue<W> {
    pub(super) lookups: VecDeque<Arc<W>>,
    /// The threads that run, or are being started.
    pub(super) threads: usize,
    /// Those of them that wait for work.
    pub(super) idle: usize,
    is_closed: bool,
}

impl<W> PoolState<W> {
    fn lock(&self) -> MutexGuard<'_, Queue<W>> {
        // No call under the lock panics in the middle of a change.
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        debug_assert!(queue.idle <= queue.threads && queue.threads <= MOST_THREADS);
        queue
    }

    fn with<T>(&self, act: impl FnOnce(&mut Queue<W>) -> T) -> T {
        act(&mut self.lock())
    }
}

impl<W: Work> Pool<W> {
    pub(super) fn new(wake: Box<Wake>) -> Pool<W> {
        let queue = Queue { lookups: VecDeque::new(), threads: 0, idle: 0, is_closed: false };
        let shared = PoolState { queue: Mutex::new(queue), has_work: Condvar::new(), wake };
        Pool(Arc::new(shared))
    }

    /// Hands a look-up to a thread. `None` where there is none, and none can be started.
    pub(super) fn answer(&self, lookup: Arc<W>) -> Option<()> {
        let needs_thread = self.0.with(|queue| {
            queue.lookups.push_back(lookup);
            let needs_thread = queue.idle < queue.lookups.len() && queue.threads < MOST_THREADS;
            queue.threads += usize::from(needs_thread);
            needs_thread
        });
        if needs_thread {
            let shared = Arc::clone(&self.0);
            let thread = Builder::new().name("moonwire look-up".to_owned());
            if thread.spawn(move || work(&shared)).is_err() {
                return self.0.with(|queue| {
                    queue.threads -= 1;
                    // A running thread takes the look-up. Without any, it is taken out of the queue, unless
                    // the last thread has answered it before it ended.
                    match queue.threads {
                        0 if queue.lookups.pop_back().is_some() => None,
                        _ => Some(()),
                    }
                });
            }
        }
        self.0.has_work.notify_one();
        Some(())
    }
}

#[cfg(all(test, loom))]
impl<W: Work> Pool<W> {
    pub(super) fn shared(&self) -> Arc<PoolState<W>> {
        Arc::clone(&self.0)
    }
}

impl<W: Work> Drop for Pool<W> {
    fn drop(&mut self) {
        self.0.with(|queue| {
            queue.is_closed = true;
            queue.lookups.clear();
        });
        self.0.has_work.notify_all();
    }
}

fn work<W: Work>(shared: &PoolState<W>) {
    while let Some(lookup) = next(shared) {
        lookup.run();
        (shared.wake)();
    }
}

/// The next look-up; `None` where the thread is to end.
fn next<W>(shared: &PoolState<W>) -> Option<Arc<W>> {
    let mut queue = shared.lock();
    loop {
        while let Some(lookup) = queue.lookups.pop_front() {
            // A look-up that no operation holds is dropped: the others must not wait for it.
            if let Err(lookup) = Arc::try_unwrap(lookup) {
                return Some(lookup);
            }
        }
        queue.idle += 1;
        let (again, timed_out) = match queue.is_closed {
            true => (queue, true),
            false => {
                let (queue, wait) = shared
                    .has_work
                    .wait_timeout(queue, IDLE)
                    .unwrap_or_else(PoisonError::into_inner);
                (queue, wait.timed_out())
            }
        };
        queue = again;
        queue.idle -= 1;
        if queue.lookups.is_empty() && (timed_out || queue.is_closed) {
            queue.threads -= 1;
            return None;
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::OnceLock;

    use super::super::{Lookup, Question};
    use super::*;
    use crate::Kind;

    fn lookup(host: &str) -> Arc<Lookup> {
        let question = Question::Addresses {
            host: Some(host.into()),
            service: b"80".to_vec(),
            kind: Kind::Stream,
            family: None,
        };
        Arc::new(Lookup { question, answer: OnceLock::new() })
    }

    #[test]
    fn passes_over_look_ups_that_no_operation_holds() {
        let Pool(shared) = &Pool::new(Box::new(|| {}));
        let wanted = lookup("wanted.invalid");
        shared.with(|queue| {
            queue.lookups.extend([lookup("left.invalid"), Arc::clone(&wanted)]);
        });
        let next = next(shared).expect("a look-up");
        assert!(Arc::ptr_eq(&next, &wanted));
        assert!(shared.with(|queue| queue.lookups.is_empty()));
    }
}
