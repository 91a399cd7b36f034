//! Which descriptors belong to which reactor of the process.
//!
//! A descriptor that two loops wait for would wake one of them for what the other has taken. So the first
//! reactor that is told of it has it for itself until it is closed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Descriptor, Errno, sys};

/// The reactors of the process. Descriptors are the process's, so this is the one thing that reactors have in
/// common.
static LOOPS: Mutex<Option<Loops>> = Mutex::new(None);

#[derive(Default)]
struct Loops {
    /// The `epoll(7)` descriptor of each reactor.
    watchers: HashMap<Number, Descriptor>,
    /// The reactor of each descriptor, by its number; 0 for none.
    owners: Vec<Number>,
    last: Number,
    /// Whose reactors these are.
    process: Option<sys::Process>,
}

impl Loops {
    /// Forgets the reactors of the process that this one was forked from. Their descriptors must be left alone, for
    /// both processes share what is behind them.
    fn settle(&mut self) -> Result<(), Errno> {
        if !self.process.is_some_and(sys::Process::is_current) {
            self.watchers.clear();
            self.owners.clear();
            self.process = Some(sys::Process::watched()?);
        }
        Ok(())
    }
}

type Number = u32;

fn with_loops<T>(act: impl FnOnce(&mut Loops) -> T) -> T {
    // What is done under the lock cannot leave it half done.
    let mut loops: MutexGuard<'_, _> = LOOPS.lock().unwrap_or_else(PoisonError::into_inner);
    act(loops.get_or_insert_default())
}

/// A reactor as the others know it.
#[derive(Debug)]
pub(super) struct Claims(Number);

impl Claims {
    pub(super) fn new(watcher: Descriptor) -> Result<Claims, Errno> {
        with_loops(|loops| {
            loops.settle()?;
            loops.last += 1;
            loops.watchers.insert(loops.last, watcher);
            Ok(Claims(loops.last))
        })
    }

    /// Claims a descriptor.
    ///
    /// # Errors
    /// `EBUSY` where it belongs to another reactor.
    pub(super) fn claim(&self, descriptor: Descriptor) -> Result<(), Errno> {
        let Ok(number) = usize::try_from(descriptor.number()) else {
            return Err(Errno::BADF);
        };
        with_loops(|loops| {
            if number >= loops.owners.len() {
                loops.owners.resize(number + 1, 0);
            }
            let owner = loops.owners[number];
            if owner != self.0
                && let Some(watcher) = loops.watchers.get(&owner)
                // Somebody may have closed it by its number, who has not told anybody.
                && sys::is_watched(*watcher, descriptor)
            {
                return Err(Errno::BUSY);
            }
            loops.owners[number] = self.0;
            Ok(())
        })
    }

    /// Gives a descriptor up.
    pub(super) fn disclaim(&self, descriptor: Descriptor) {
        with_loops(|loops| {
            let number = usize::try_from(descriptor.number()).unwrap_or(usize::MAX);
            if let Some(owner) = loops.owners.get_mut(number).filter(|owner| **owner == self.0) {
                *owner = 0;
            }
        });
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        with_loops(|loops| loops.watchers.remove(&self.0));
    }
}
