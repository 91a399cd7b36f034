//! Which descriptors belong to which reactor of the process.
//!
//! A descriptor that two loops wait for would wake one of them for what the other has taken. So a descriptor
//! belongs to the first reactor that registers it, until it is closed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{Descriptor, Errno, sys};

/// The reactors of the process. Descriptors belong to the process, so this is all that reactors share.
static LOOPS: Mutex<Option<Loops>> = Mutex::new(None);

#[derive(Default)]
struct Loops {
    /// The `epoll(7)` descriptor of each reactor.
    watchers: HashMap<Number, Descriptor>,
    /// The reactor of each descriptor, by its number; 0 for none.
    owners: Vec<Number>,
    last: Number,
    /// The process that made these reactors.
    process: Option<sys::Process>,
}

impl Loops {
    /// Forgets the reactors of the process that this one was forked from. Their descriptors must be left alone, for
    /// both processes share what is behind them.
    fn forget_parent_process(&mut self) -> Result<(), Errno> {
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
    // No call under the lock panics in the middle of a change.
    let mut loops: MutexGuard<'_, _> = LOOPS.lock().unwrap_or_else(PoisonError::into_inner);
    act(loops.get_or_insert_default())
}

/// The number of a reactor, under which it claims descriptors.
#[derive(Debug)]
pub(super) struct Claims(Number);

impl Claims {
    pub(super) fn new(watcher: Descriptor) -> Result<Claims, Errno> {
        with_loops(|loops| {
            loops.forget_parent_process()?;
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
                // The program can have closed the descriptor by its number, without this crate.
                && sys::is_watched(*watcher, descriptor)
            {
                return Err(Errno::BUSY);
            }
            loops.owners[number] = self.0;
            Ok(())
        })
    }

    /// Ends the claim of a descriptor.
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
