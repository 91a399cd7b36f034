//! Waiting for any of several descriptors.

use std::collections::HashMap;
use std::time::Duration;

use super::{EventLoop, Operation, Patience, Progress, Wait};
use crate::{Descriptor, Errno, Error, PollEntry, Scratch, events, is_interrupted, sys};

/// Waits until one of the entries is ready, `poll(2)`. The output is the entries with the events that have
/// occurred, and how many entries are ready.
///
/// The entries can outnumber the descriptors that the process may have, because several can name one descriptor.
#[derive(Debug)]
pub struct Poll {
    entries: Vec<PollEntry>,
    on_close: OnClose,
}

/// What a wait for any of several descriptors does when one of them is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnClose {
    /// It fails with `EBADF`.
    Fail,
    /// It continues without the closed one.
    Continue,
    /// It continues without the closed one, and fails with `EBADF` where no other is left.
    ContinueWithOthers,
}

impl OnClose {
    /// Removes the closed descriptors from the entries. The result is whether the wait continues.
    pub(super) fn remove_closed(self, entries: &mut [PollEntry], closed: &[Descriptor]) -> bool {
        for entry in entries.iter_mut().filter(|entry| closed.contains(&entry.descriptor())) {
            *entry = PollEntry::new(Descriptor::from_number(-1), entry.events);
        }
        let is_open = |entry: &PollEntry| entry.descriptor().number() >= 0;
        match self {
            OnClose::Fail => false,
            OnClose::Continue => true,
            OnClose::ContinueWithOthers => entries.iter().any(is_open),
        }
    }
}

impl Poll {
    /// Waits for any of `entries`.
    #[must_use]
    pub const fn new(entries: Vec<PollEntry>) -> Poll {
        Poll { entries, on_close: OnClose::Fail }
    }

    /// Says what to do when a descriptor is closed.
    #[must_use]
    pub fn on_close(mut self, on_close: OnClose) -> Poll {
        self.on_close = on_close;
        self
    }
}

impl Operation for Poll {
    const NAME: &'static str = "poll";
    type Output = (Vec<PollEntry>, usize);

    fn attempt(
        &mut self,
        _scratch: &mut Scratch,
        mut patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<(Vec<PollEntry>, usize)>, Error> {
        loop {
            let timeout = match &mut patience {
                Patience::None | Patience::Loop(_) => Some(Duration::ZERO),
                Patience::Kernel(deadline) => deadline.remaining(),
            };
            match poll(&mut self.entries, timeout) {
                Ok(0) => return Ok(Progress::Waiting),
                Ok(ready) => {
                    return Ok(Progress::Done((std::mem::take(&mut self.entries), ready)));
                }
                Err(Errno::INTR) if is_interrupted() => return Ok(Progress::Waiting),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.during(Self::NAME)),
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        Wait::Any(&self.entries)
    }

    fn continue_without(&mut self, closed: &[Descriptor]) -> bool {
        self.on_close.remove_closed(&mut self.entries, closed)
    }
}

/// One call of `poll(2)`. The kernel limits the entries to the descriptors that the process may have
/// (`RLIMIT_NOFILE`), also where several entries name one descriptor. Beyond the limit, the call gets one entry for
/// each descriptor.
pub(crate) fn poll(entries: &mut [PollEntry], timeout: Option<Duration>) -> Result<usize, Errno> {
    match sys::poll(entries, timeout) {
        Err(Errno::INVAL) => poll_merged(entries, timeout),
        result => result,
    }
}

#[cold]
fn poll_merged(entries: &mut [PollEntry], timeout: Option<Duration>) -> Result<usize, Errno> {
    let mut places = HashMap::<Descriptor, usize>::new();
    let mut merged: Vec<PollEntry> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.descriptor().number() >= 0) {
        let place = *places.entry(entry.descriptor()).or_insert(merged.len());
        match merged.get_mut(place) {
            Some(known) => known.events |= entry.events,
            None => merged.push(PollEntry::new(entry.descriptor(), entry.events)),
        }
    }
    sys::poll(&mut merged, timeout)?;
    let mut ready = 0;
    for entry in entries {
        let returned = places.get(&entry.descriptor()).map_or(0, |place| merged[*place].returned);
        let always = events::ERR | events::HUP | events::NVAL;
        entry.returned = returned & (entry.events | always);
        ready += usize::from(entry.returned != 0);
    }
    Ok(ready)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Family, Kind, Socket};

    #[test]
    fn merged_entries_give_the_same_result() {
        let socket = Socket::new(Family::Inet, Kind::Datagram).expect("a socket").into_descriptor();
        let closed = Descriptor::from_number(-1);
        let never_open = Descriptor::from_number(999_999);
        let mut all = [
            PollEntry::new(socket, events::IN),
            PollEntry::new(closed, events::IN),
            PollEntry::new(socket, events::OUT),
            PollEntry::new(never_open, events::IN),
            PollEntry::new(socket, events::IN | events::OUT),
        ];
        let mut merged = all;
        let at_once = Some(Duration::ZERO);
        let ready = sys::poll(&mut all, at_once);
        assert_eq!(ready, Ok(3));
        assert_eq!(poll_merged(&mut merged, at_once), ready);
        assert_eq!(merged, all);
        socket.close().expect("it was open");
    }
}
