//! Look-ups in threads of their own: the system's resolver cannot be asked to return at once.

#[cfg(all(test, loom))]
mod models;
mod pool;
mod question;
mod sync;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

pub(crate) use self::question::{Answer, Question};

use self::pool::{Pool, Work};
use crate::Error;
use crate::reactor::Waiter;

/// A question to the resolver that a thread answers. Operations that ask the same meanwhile share it.
#[derive(Debug)]
pub struct Lookup {
    question: Question,
    answer: OnceLock<Result<Answer, Error>>,
}

/// The look-ups that the waiters of an event loop wait for, and the threads that make them.
#[derive(Debug)]
pub struct Lookups {
    pool: Pool<Lookup>,
    in_flight: RefCell<HashMap<Question, Weak<Lookup>>>,
    waiters: RefCell<Vec<(Weak<Lookup>, Waiter)>>,
}

impl Work for Lookup {
    fn run(&self) {
        let _ = self.answer.set(self.question.answer());
    }
}

/// The progress of an operation that asks the resolver.
#[derive(Debug, Default)]
pub(crate) enum Asking {
    /// It has not asked.
    #[default]
    NotYet,
    /// It has asked.
    Asked(Arc<Lookup>),
}

impl Asking {
    /// The answer, if it is there; asks first.
    pub(crate) fn answer(
        &mut self,
        lookups: &Lookups,
        question: &Question,
    ) -> Option<Result<Answer, Error>> {
        if let Asking::NotYet = self {
            if question.needs_no_thread() {
                return Some(question.answer());
            }
            match lookups.ask(question) {
                Some(lookup) => *self = Asking::Asked(lookup),
                // No thread can be started: this thread asks, and the loop waits.
                None => return Some(question.answer()),
            }
        }
        match self {
            Asking::NotYet => None,
            Asking::Asked(lookup) => lookup.answer.get().cloned(),
        }
    }

    /// What to wait for.
    pub(crate) fn lookup(&self) -> Option<&Lookup> {
        match self {
            Asking::NotYet => None,
            Asking::Asked(lookup) => Some(lookup),
        }
    }
}

impl Lookups {
    /// Look-ups whose threads call `wake` when they have an answer. It must end the wait of the event loop,
    /// which then calls [`answered`](Self::answered).
    #[must_use]
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Lookups {
        Lookups {
            pool: Pool::new(Box::new(wake)),
            in_flight: RefCell::default(),
            waiters: RefCell::default(),
        }
    }

    /// Has a question answered, or shares one in flight. `None` where no thread can be started.
    fn ask(&self, question: &Question) -> Option<Arc<Lookup>> {
        let mut in_flight = self.in_flight.borrow_mut();
        let same = in_flight.get(question).and_then(Weak::upgrade);
        if let Some(lookup) = same.filter(|lookup| lookup.answer.get().is_none()) {
            return Some(lookup);
        }
        let lookup = Arc::new(Lookup { question: question.clone(), answer: OnceLock::new() });
        self.pool.answer(Arc::clone(&lookup))?;
        in_flight.retain(|_, lookup| lookup.strong_count() > 0);
        in_flight.insert(question.clone(), Arc::downgrade(&lookup));
        Some(lookup)
    }

    /// Lets `waiter` wait for an answer; `false` where it is there already.
    pub fn wait(&self, lookup: &Lookup, waiter: Waiter) -> bool {
        let in_flight = self.in_flight.borrow();
        let shared = in_flight.get(&lookup.question).and_then(Weak::upgrade);
        match shared.filter(|shared| std::ptr::eq(&raw const **shared, lookup)) {
            Some(shared) if lookup.answer.get().is_none() => {
                self.waiters.borrow_mut().push((Arc::downgrade(&shared), waiter));
                true
            }
            _ => false,
        }
    }

    /// Calls `wake` for each waiter whose answer has come.
    pub fn answered(&self, mut wake: impl FnMut(Waiter)) {
        self.waiters.borrow_mut().retain(|(lookup, waiter)| {
            // Where no operation holds the look-up, the wait has ended otherwise.
            let Some(lookup) = lookup.upgrade() else {
                return false;
            };
            let is_answered = lookup.answer.get().is_some();
            if is_answered {
                wake(*waiter);
            }
            !is_answered
        });
    }
}
