//! Tasks that wait for word from others.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use moonwire_sockets::operation::{EventLoop, Patience, Progress, Wait};
use moonwire_sockets::{Errno, Error, Operation, Scratch, Waiter};

use super::{Scheduler, task_of};

/// Those who wait for something that only another task can bring about, in the order in which they came.
#[derive(Debug)]
pub(crate) struct WaitList {
    scheduler: Rc<Scheduler>,
    waiting: RefCell<VecDeque<Waiter>>,
    /// Tasks that have ended and were to tell it.
    ended: RefCell<VecDeque<Waiter>>,
}

impl WaitList {
    /// An empty list of tasks of this scheduler.
    pub(crate) fn new(scheduler: Rc<Scheduler>) -> Rc<WaitList> {
        Rc::new(WaitList { scheduler, waiting: RefCell::default(), ended: RefCell::default() })
    }

    /// Wakes who has waited for the longest time; `false` where nobody waits.
    pub(crate) fn notify_one(&self) -> bool {
        let next = self.waiting.borrow_mut().pop_front();
        if let Some(waiter) = next {
            self.scheduler.notify(waiter);
        }
        next.is_some()
    }

    /// Wakes all.
    pub(crate) fn notify_all(&self) {
        while self.notify_one() {}
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.borrow().len()
    }

    pub(super) fn note_end(&self, task: Waiter) {
        self.ended.borrow_mut().push_back(task);
        self.notify_one();
    }

    /// A task that has ended and was to tell this list, each once.
    pub(crate) fn take_ended(&self) -> Option<Waiter> {
        self.ended.borrow_mut().pop_front()
    }

    fn contains(&self, waiter: Waiter) -> bool {
        self.waiting.borrow().contains(&waiter)
    }

    /// Takes somebody out; `false` where it has been woken.
    fn remove(&self, waiter: Waiter) -> bool {
        let mut waiting = self.waiting.borrow_mut();
        let place = waiting.iter().position(|other| *other == waiter);
        if let Some(place) = place {
            waiting.remove(place);
        }
        place.is_some()
    }
}

/// Waits until somebody wakes the task. Outside of tasks there is nobody who could.
#[derive(Debug)]
pub(crate) struct Notified {
    list: Rc<WaitList>,
    waiter: Option<Waiter>,
}

impl Notified {
    pub(crate) fn new(list: Rc<WaitList>) -> Notified {
        Notified { list, waiter: None }
    }
}

impl Operation for Notified {
    const NAME: &'static str = "wait";
    type Output = ();

    fn attempt(
        &mut self,
        _: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<()>, Error> {
        match self.waiter {
            None => {
                let waiter = task_of(&patience).ok_or(Errno::DEADLK.during(Self::NAME))?;
                self.list.waiting.borrow_mut().push_back(waiter);
                self.waiter = Some(waiter);
                Ok(Progress::Waiting)
            }
            Some(waiter) if self.list.contains(waiter) => Ok(Progress::Waiting),
            Some(_) => {
                self.waiter = None;
                Ok(Progress::Done(()))
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Notification
    }

    fn end_early(&mut self, _: &mut Scratch, reason: Error) -> Result<(), Error> {
        // Who was woken and cannot make use of it passes it on.
        if let Some(waiter) = self.waiter.take()
            && !self.list.remove(waiter)
        {
            self.list.notify_one();
        }
        Err(reason)
    }
}

impl Drop for Notified {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter {
            self.list.remove(waiter);
        }
    }
}
