//! Waiting for any of many sockets that the kernel watches between waits.

use std::rc::Rc;
use std::time::Duration;

use super::{EventLoop, OnClose, Operation, Patience, Progress, Wait, poll};
use crate::watch::Changes;
use crate::{Descriptor, Errno, Error, Interest, NotWatched, PollEntry, Scratch, WatchSet};

/// As [`Poll`](super::Poll), for the entries that a [`WatchSet`] has been prepared for.
#[derive(Debug)]
pub struct Watch {
    set: Rc<WatchSet>,
    entries: Vec<PollEntry>,
    on_close: OnClose,
    /// Whether the set watches all of the entries. Otherwise the operation polls them.
    is_watched: bool,
}

impl Watch {
    /// Waits for any of `entries`. Each open socket among them must have a [`Watched`](crate::Watched) in `set`.
    /// `most_changes` is how many entries may differ from those of the last wait.
    ///
    /// # Errors
    /// The entries, where the set cannot or should not be used for them, and the reason.
    pub fn new(
        set: &Rc<WatchSet>,
        entries: Vec<PollEntry>,
        most_changes: usize,
        on_close: OnClose,
    ) -> Result<Watch, (NotWatched, Vec<PollEntry>)> {
        match set.prepare(&entries, most_changes) {
            Ok(()) => Ok(Watch { set: Rc::clone(set), entries, on_close, is_watched: true }),
            Err(reason) => Err((reason, entries)),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.is_watched {
            self.set.release();
        }
    }
}

impl Watch {
    /// Handles the sockets that have left the set since the last attempt.
    fn handle_changes(&mut self) -> Result<(), Errno> {
        let Changes { closed, is_incomplete } = self.set.take_changes();
        if is_incomplete {
            self.is_watched = false;
            self.set.release();
        }
        match closed.is_empty() || self.on_close.remove_closed(&mut self.entries, &closed) {
            true => Ok(()),
            false => Err(Errno::BADF),
        }
    }

    fn collect_ready(&mut self) -> Result<usize, Errno> {
        if self.is_watched {
            self.handle_changes()?;
        }
        match self.is_watched {
            true => self.set.collect_ready(&mut self.entries),
            false => poll(&mut self.entries, Some(Duration::ZERO)),
        }
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
        loop {
            match self.collect_ready() {
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
        match self.is_watched {
            true => Wait::Descriptor(self.set.descriptor(), Interest::Readable),
            false => Wait::Any(&self.entries),
        }
    }

    fn continue_without(&mut self, closed: &[Descriptor]) -> bool {
        self.on_close.remove_closed(&mut self.entries, closed)
    }
}
