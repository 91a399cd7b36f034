//! Models of the pool: loom tries the orders in which its threads can run, and those in which time passes.
//!
//! A model fails where a thread never ends (loom calls it a deadlock), where a look-up is never dropped (a loom `Arc`
//! is in each), and where a count goes below zero or above the most (`PoolState::lock`).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loom::sync::{Condvar, Mutex};

use super::pool::{Pool, PoolState, Work};
use super::sync::spawns_succeed;

/// A look-up that counts how often it is answered.
struct Counted {
    answers: AtomicUsize,
    _must_be_dropped: loom::sync::Arc<()>,
}

impl Counted {
    fn new() -> Arc<Counted> {
        Arc::new(Counted {
            answers: AtomicUsize::new(0),
            _must_be_dropped: loom::sync::Arc::new(()),
        })
    }

    fn answers(&self) -> usize {
        self.answers.load(Ordering::SeqCst)
    }
}

impl Work for Counted {
    fn run(&self) {
        // A resolver takes its time.
        loom::thread::yield_now();
        let before = self.answers.fetch_add(1, Ordering::SeqCst);
        assert_eq!(before, 0, "answered twice");
    }
}

/// The last thread has left.
impl<W> Drop for PoolState<W> {
    fn drop(&mut self) {
        if let Ok(queue) = self.queue.get_mut()
            && !std::thread::panicking()
        {
            assert_eq!((queue.threads, queue.idle, queue.lookups.len()), (0, 0, 0));
        }
    }
}

/// What the event loop waits for: its waker.
struct Answers {
    count: Mutex<usize>,
    has_come: Condvar,
}

impl Answers {
    fn new() -> Arc<Answers> {
        Arc::new(Answers { count: Mutex::new(0), has_come: Condvar::new() })
    }

    fn pool(self: &Arc<Answers>) -> Pool<Counted> {
        let answers = Arc::clone(self);
        Pool::new(Box::new(move || {
            *answers.count.lock().unwrap() += 1;
            answers.has_come.notify_one();
        }))
    }

    fn wait_for(&self, count: usize) {
        let mut come = self.count.lock().unwrap();
        while *come < count {
            come = self.has_come.wait(come).unwrap();
        }
    }
}

/// Has the idle threads of the pool end at a moment that loom chooses.
fn let_time_pass(pool: &Pool<Counted>) {
    let shared = pool.shared();
    loom::thread::spawn(move || {
        let queue = shared.queue.lock().unwrap();
        shared.has_work.pass_time(&queue);
    });
}

/// Tries the orders in which a thread is interrupted twice at most. Faults of locks show at two; all orders
/// are more than can be tried.
fn try_orders(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(builder.preemption_bound.unwrap_or(2));
    builder.check(model);
}

#[test]
fn answers_each_lookup_although_threads_end_meanwhile() {
    try_orders(|| {
        spawns_succeed(usize::MAX);
        let answers = Answers::new();
        let pool = answers.pool();
        let lookups = [Counted::new(), Counted::new()];
        assert!(pool.answer(Arc::clone(&lookups[0])).is_some());
        let_time_pass(&pool);
        assert!(pool.answer(Arc::clone(&lookups[1])).is_some());
        answers.wait_for(2);
        assert_eq!(lookups.each_ref().map(|lookup| lookup.answers()), [1, 1]);
    });
}

#[test]
fn answers_more_lookups_than_it_has_threads() {
    try_orders(|| {
        spawns_succeed(usize::MAX);
        let answers = Answers::new();
        let pool = answers.pool();
        let lookups = [Counted::new(), Counted::new(), Counted::new()];
        for lookup in &lookups {
            assert!(pool.answer(Arc::clone(lookup)).is_some());
        }
        answers.wait_for(3);
    });
}

#[test]
fn drops_what_it_has_not_begun_when_it_is_closed() {
    try_orders(|| {
        spawns_succeed(usize::MAX);
        let pool = Answers::new().pool();
        let lookups = [Counted::new(), Counted::new(), Counted::new()];
        for lookup in &lookups {
            assert!(pool.answer(Arc::clone(lookup)).is_some());
        }
    });
}

#[test]
fn passes_over_what_is_no_longer_wanted() {
    try_orders(|| {
        spawns_succeed(usize::MAX);
        let answers = Answers::new();
        let pool = answers.pool();
        let wanted = Counted::new();
        assert!(pool.answer(Counted::new()).is_some());
        assert!(pool.answer(Arc::clone(&wanted)).is_some());
        answers.wait_for(1);
        assert_eq!(wanted.answers(), 1);
    });
}

#[test]
fn says_which_lookup_has_no_thread() {
    for threads in [0, 1] {
        try_orders(move || {
            spawns_succeed(threads);
            let answers = Answers::new();
            let pool = answers.pool();
            let lookups = [Counted::new(), Counted::new()];
            let first = pool.answer(Arc::clone(&lookups[0]));
            assert_eq!(first.is_some(), threads == 1);
            let_time_pass(&pool);
            let second = pool.answer(Arc::clone(&lookups[1]));
            answers.wait_for(first.iter().chain(&second).count());
            // What has no thread is answered by the caller, so no thread may have begun it.
            let accepted = [first, second].map(|answer| usize::from(answer.is_some()));
            assert_eq!(lookups.each_ref().map(|lookup| lookup.answers()), accepted);
        });
    }
}
