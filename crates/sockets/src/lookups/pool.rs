//! The threads that ask the resolver.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::Lookup;

/// How many look-ups are made at once.
const MOST_THREADS: usize = 4;
/// How long a thread waits for the next look-up before it ends.
const IDLE: Duration = Duration::from_secs(10);

/// A few threads that are started when they are needed, and end when they are not.
///
/// No code joins them: a resolver that does not answer must not keep a program from ending.
pub(super) struct Pool(Arc<PoolState>);

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

/// What the threads do when they have an answer.
type Wake = dyn Fn() + Send + Sync;

struct PoolState {
    queue: Mutex<Queue>,
    has_work: Condvar,
    wake: Box<Wake>,
}

#[derive(Debug, Default)]
struct Queue {
    lookups: VecDeque<Arc<Lookup>>,
    threads: usize,
    idle: usize,
    is_closed: bool,
}

impl PoolState {
    fn with<T>(&self, act: impl FnOnce(&mut Queue) -> T) -> T {
        // No call under the lock panics in the middle of a change.
        act(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Pool {
    pub(super) fn new(wake: Box<Wake>) -> Pool {
        Pool(Arc::new(PoolState { queue: Mutex::default(), has_work: Condvar::new(), wake }))
    }

    /// Hands a look-up to a thread. `None` where there is none, and none can be started.
    pub(super) fn answer(&self, lookup: Arc<Lookup>) -> Option<()> {
        let needs_thread = self.0.with(|queue| {
            queue.lookups.push_back(lookup);
            let needs_thread = queue.idle < queue.lookups.len() && queue.threads < MOST_THREADS;
            queue.threads += usize::from(needs_thread);
            needs_thread
        });
        if needs_thread {
            let shared = Arc::clone(&self.0);
            let thread = thread::Builder::new().name("moonwire look-up".to_owned());
            if thread.spawn(move || work(&shared)).is_err() {
                return self.0.with(|queue| {
                    queue.threads -= 1;
                    // A running thread takes the look-up. Without any, it is taken out of the queue.
                    if queue.threads == 0 {
                        queue.lookups.pop_back().map(drop).and(None)
                    } else {
                        Some(())
                    }
                });
            }
        }
        self.0.has_work.notify_one();
        Some(())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.with(|queue| {
            queue.is_closed = true;
            queue.lookups.clear();
        });
        self.0.has_work.notify_all();
    }
}

fn work(shared: &PoolState) {
    while let Some(lookup) = next(shared) {
        let _ = lookup.answer.set(lookup.question.answer());
        (shared.wake)();
    }
}

/// The next look-up; `None` where the thread is to end.
fn next(shared: &PoolState) -> Option<Arc<Lookup>> {
    let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
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

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::super::Question;
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
