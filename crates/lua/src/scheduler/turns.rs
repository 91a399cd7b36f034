//! Turns: tasks that use one direction of a stream do so one after the other.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use moonwire_sockets::operation::{EventLoop, Patience, Progress, Wait};
use moonwire_sockets::{Errno, Error, Operation, Scratch, Waiter};

use super::{Scheduler, current_task};

/// The tasks that use one direction of a stream and had to wait, in the order in which they came. The first
/// one goes on; the others wait until its operation has ended. An operation that ends at once is not
/// noted here.
#[derive(Debug, Default)]
pub(crate) struct Turns(OnceCell<Rc<Queue>>);

#[derive(Debug)]
struct Queue {
    scheduler: Rc<Scheduler>,
    waiting: RefCell<VecDeque<Place>>,
    last: Cell<u64>,
}

/// A place in the queue. The number tells it from a later one of the same task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    number: u64,
    waiter: Waiter,
}

impl Turns {
    /// An operation that waits for its turn.
    #[inline(always)]
    pub(crate) fn take<O>(&self, operation: O) -> InTurn<'_, O> {
        InTurn { turns: self, held: None, operation }
    }

    #[inline(always)]
    fn are_free(&self) -> bool {
        // In a forked child the queue is a copy of the parent's, whose tasks do not go on there.
        self.0.get().is_none_or(|queue| {
            queue.waiting.borrow().is_empty() || !queue.scheduler.reactor.is_of_this_process()
        })
    }

    /// Puts the current task at the end of the queue. `None` outside of tasks.
    fn join(&self) -> Option<Held> {
        let (scheduler, waiter) = current_task()?;
        let queue = self.0.get_or_init(|| {
            Rc::new(Queue { scheduler, waiting: RefCell::default(), last: Cell::new(0) })
        });
        let place = Place { number: queue.last.get() + 1, waiter };
        queue.last.set(place.number);
        queue.waiting.borrow_mut().push_back(place);
        Some(Held { queue: Rc::clone(queue), place })
    }
}

/// A place in the queue that is given up when this is dropped.
#[derive(Debug)]
struct Held {
    queue: Rc<Queue>,
    place: Place,
}

impl Held {
    fn is_first(&self) -> bool {
        self.queue.waiting.borrow().front() == Some(&self.place)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting.borrow_mut();
        if waiting.front() != Some(&self.place) {
            waiting.retain(|place| *place != self.place);
            return;
        }
        waiting.pop_front();
        let next = waiting.front().map(|place| place.waiter);
        drop(waiting);
        if let Some(next) = next {
            self.queue.scheduler.notify(next);
        }
    }
}

/// An operation that has a stream's direction for itself from its first wait to its end.
#[derive(Debug)]
pub(crate) struct InTurn<'a, O> {
    turns: &'a Turns,
    held: Option<Held>,
    operation: O,
}

impl<O: Operation> InTurn<'_, O> {
    #[inline(never)]
    fn attempt_in_turn(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<O::Output>, Error> {
        if self.held.is_none() {
            self.held = self.turns.join();
        }
        let Some(held) = &self.held else {
            // Outside of tasks: those that have the stream do not go on meanwhile.
            let error = Errno::DEADLK.during(Self::NAME);
            return self.operation.end_early(scratch, error).map(Progress::Done);
        };
        if !held.is_first() {
            return Ok(Progress::Waiting);
        }
        let progress = self.operation.attempt(scratch, patience);
        if !matches!(progress, Ok(Progress::Waiting)) {
            self.held = None;
        }
        progress
    }
}

impl<O: Operation> Operation for InTurn<'_, O> {
    const NAME: &'static str = O::NAME;
    type Output = O::Output;

    #[inline(always)]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<O::Output>, Error> {
        if self.held.is_some() || !self.turns.are_free() {
            return self.attempt_in_turn(scratch, patience);
        }
        let progress = self.operation.attempt(scratch, patience);
        if matches!(progress, Ok(Progress::Waiting)) {
            self.held = self.turns.join();
        }
        progress
    }

    fn waits_for(&self) -> Wait<'_> {
        let is_its_turn = match &self.held {
            Some(held) => held.is_first(),
            None => self.turns.are_free(),
        };
        if is_its_turn { self.operation.waits_for() } else { Wait::Notification }
    }

    fn end_early(&mut self, scratch: &mut Scratch, reason: Error) -> Result<O::Output, Error> {
        self.held = None;
        self.operation.end_early(scratch, reason)
    }
}
