//! Signals that a program waits for, `signal(7)`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU32, Ordering};

use signal_hook::SigId;
use signal_hook::low_level::{pipe, unregister};

use crate::{Descriptor, Errno};

/// The signals that a program can wait for, by their names without `SIG`. Signals that report a fault of the
/// program, and signals that cannot be caught, are not among them.
const SIGNALS: &[(&str, i32)] = &[
    ("ALRM", libc::SIGALRM),
    ("CHLD", libc::SIGCHLD),
    ("CONT", libc::SIGCONT),
    ("HUP", libc::SIGHUP),
    ("INT", libc::SIGINT),
    ("IO", libc::SIGIO),
    ("PIPE", libc::SIGPIPE),
    ("QUIT", libc::SIGQUIT),
    ("TERM", libc::SIGTERM),
    ("TSTP", libc::SIGTSTP),
    ("TTIN", libc::SIGTTIN),
    ("TTOU", libc::SIGTTOU),
    ("URG", libc::SIGURG),
    ("USR1", libc::SIGUSR1),
    ("USR2", libc::SIGUSR2),
    ("VTALRM", libc::SIGVTALRM),
    ("WINCH", libc::SIGWINCH),
];

/// The number of the signal with this name, as `TERM` or `SIGTERM`; `None` where a program cannot
/// wait for it.
#[must_use]
pub fn signal_number(name: &[u8]) -> Option<i32> {
    let name = name.strip_prefix(b"SIG").unwrap_or(name);
    SIGNALS.iter().find(|(other, _)| other.as_bytes() == name).map(|(_, number)| *number)
}

/// How many sets of the process catch each signal, by its number.
static CATCHERS: [AtomicU32; 64] = [const { AtomicU32::new(0) }; 64];

fn catchers(signal: i32) -> Option<&'static AtomicU32> {
    usize::try_from(signal).ok().and_then(|number| CATCHERS.get(number))
}

/// Whether a [`SignalSet`] of the process catches a signal. A handler that was there before is still
/// called, and can ask this.
#[must_use]
pub fn is_signal_caught(signal: i32) -> bool {
    catchers(signal).is_some_and(|catchers| catchers.load(Ordering::Relaxed) > 0)
}

/// Signals that are caught. The set catches a signal from the first wait for it until the set is dropped, and
/// keeps a signal that comes while no task waits. A caught signal has no other effect.
#[derive(Debug, Default)]
pub struct SignalSet(RefCell<HashMap<i32, Caught>>);

#[derive(Debug)]
struct Caught {
    signal: i32,
    /// Gets a byte when the signal comes.
    arrivals: UnixStream,
    handler: SigId,
    /// How often it has been found to have come.
    count: Cell<u64>,
    /// Whether it has come and no wait has ended by it.
    is_kept: Cell<bool>,
}

impl Caught {
    /// Notes whether the signal has come. It counts once, however often it came.
    fn note(&self) {
        let mut bytes = [0; 64];
        let mut has_come = false;
        while let Ok(1..) = (&self.arrivals).read(&mut bytes) {
            has_come = true;
        }
        if has_come {
            self.count.set(self.count.get() + 1);
            self.is_kept.set(true);
        }
    }
}

impl Drop for Caught {
    fn drop(&mut self) {
        unregister(self.handler);
        if let Some(catchers) = catchers(self.signal) {
            catchers.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl SignalSet {
    /// A set that catches nothing.
    #[must_use]
    pub fn new() -> SignalSet {
        SignalSet::default()
    }

    /// Catches a signal from now on. The descriptor is readable when it has come; the number says how often
    /// it has come so far.
    pub(crate) fn catch(&self, signal: i32) -> Result<(Descriptor, u64), Errno> {
        let mut all = self.0.borrow_mut();
        let caught = match all.entry(signal) {
            Entry::Occupied(caught) => caught.into_mut(),
            Entry::Vacant(place) => {
                let (arrivals, sender) = UnixStream::pair()?;
                arrivals.set_nonblocking(true)?;
                let handler = pipe::register(signal, sender)?;
                if let Some(catchers) = catchers(signal) {
                    catchers.fetch_add(1, Ordering::Relaxed);
                }
                let (count, is_kept) = (Cell::new(0), Cell::new(false));
                place.insert(Caught { signal, arrivals, handler, count, is_kept })
            }
        };
        caught.note();
        Ok((Descriptor::from_number(caught.arrivals.as_raw_fd()), caught.count.get()))
    }

    /// Whether a wait for a caught signal is over. A signal that has come more than `before` times ends every wait;
    /// a signal that came while no task waited ends one.
    pub(crate) fn take(&self, signal: i32, before: u64) -> bool {
        let all = self.0.borrow();
        let Some(caught) = all.get(&signal) else {
            return false;
        };
        caught.note();
        caught.is_kept.replace(false) || caught.count.get() > before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_have_their_prefix() {
        assert_eq!(signal_number(b"TERM"), Some(libc::SIGTERM));
        assert_eq!(signal_number(b"SIGHUP"), Some(libc::SIGHUP));
        for name in [&b"KILL"[..], b"SEGV", b"term", b"", b"SIG", b"SIGSIGTERM"] {
            assert_eq!(signal_number(name), None);
        }
    }
}
