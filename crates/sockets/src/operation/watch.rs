//! Waiting for any of many sockets that the kernel watches all the time.

use std::rc::Rc;

use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Errno, Error, Interest, NotWatched, PollEntry, Scratch, WatchSet};

/// As [`Poll`](super::Poll), for the entries that a [`WatchSet`] has been prepared for.
#[derive(Debug)]
pub struct Watch {
    set: Rc<WatchSet>,
    entries: Vec<PollEntry>,
}

impl Watch {
    /// Waits for any of `entries`. All that are open are in `set` by their
    /// [`Watched`](crate::Watched); where one is closed meanwhile, the wait fails with `EBADF`. `most_changes` is how many of them may
    /// differ from those that were last waited for.
    ///
    /// # Errors
    /// The entries, where the set is not to be used for them, and why.
    pub fn new(
        set: &Rc<WatchSet>,
        entries: Vec<PollEntry>,
        most_changes: usize,
    ) -> Result<Watch, (NotWatched, Vec<PollEntry>)> {
        match set.prepare(&entries, most_changes) {
            Ok(()) => Ok(Watch { set: Rc::clone(set), entries }),
            Err(reason) => Err((reason, entries)),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.set.release();
    }
}

impl Operation for Watch {
    const NAME: &'static str = "poll";
    type Output = (Vec<PollEntry>, usize);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        _patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<(Vec<PollEntry>, usize)>, Error> {
        if self.set.is_disturbed() {
            return Err(Errno::BADF.during(Self::NAME));
        }
        loop {
            match self.set.ask(&mut self.entries) {
                Ok(0) => return Ok(Progress::Waiting),
                Ok(ready) => {
                    return Ok(Progress::Done((std::mem::take(&mut self.entries), ready)));
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.during(Self::NAME)),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Descriptor(self.set.descriptor(), Interest::Readable)
    }
}
