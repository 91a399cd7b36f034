//! Having the kernel watch the sockets of a `select` that comes again and again.
//!
//! `poll(2)` looks at every socket each time, which for 10,000 takes a millisecond. Tables of many
//! sockets hardly change from one `select` to the next, so from the second one on the kernel is told
//! the changes only, and looks at those that are ready.

use std::rc::Rc;

use moonwire_sockets::operation::{OnClose, Watch};
use moonwire_sockets::{NotWatched, PollEntry, WatchSet};

use super::object::SocketObject;
use crate::native::{Call, Raise};

/// With fewer sockets `poll(2)` is as fast.
const LEAST: usize = 128;
/// The share of the sockets that may change from one `select` to the next, as a divisor. To tell the
/// kernel of a change costs a few times what a look at a socket does.
const CHANGES: usize = 8;
/// How often sockets are polled that come in other company each time: then the kernel is told of all
/// of them too seldom to matter.
const POLLS: u8 = 64;

/// What is seen of the sockets while the tables are read.
#[derive(Default)]
pub(super) struct Seen {
    /// The set in which the first that is watched is.
    set: Option<Rc<WatchSet>>,
    /// How many are in no set, and how many of those have been polled often enough.
    strangers: usize,
    due: usize,
    /// Whether they cannot be watched together: one is in another set, or must be in none.
    unfit: bool,
}

impl Seen {
    #[inline]
    pub(super) fn note(&mut self, socket: &SocketObject) {
        let is_in_set = socket.with_watch_set(|set| match (set, &self.set) {
            (Some(set), Some(first)) => {
                self.unfit |= !Rc::ptr_eq(set, first);
                true
            }
            (Some(set), None) => {
                self.set = Some(Rc::clone(set));
                true
            }
            (None, _) => false,
        });
        self.unfit |= socket.is_exposed();
        if !is_in_set {
            self.strangers += 1;
            self.due += usize::from(socket.count_poll());
        }
    }
}

/// The wait for entries that the kernel watches, or the entries, which are to be polled.
pub(super) fn watch(
    call: &mut Call<'_>,
    tables: &[(usize, i16)],
    entries: Vec<PollEntry>,
    seen: Seen,
    on_close: OnClose,
) -> Result<Result<Watch, Vec<PollEntry>>, Raise> {
    let Seen { set, strangers, due, unfit } = seen;
    let count = entries.len();
    if count < LEAST || unfit {
        return Ok(Err(entries));
    }
    let (set, most_changes) = match set {
        Some(set) => (set, count / CHANGES),
        // The first time, everything changes.
        None if due + count / CHANGES >= count => match WatchSet::new() {
            Ok(set) => (set, usize::MAX),
            // No descriptor is left for it.
            Err(_) => return Ok(Err(entries)),
        },
        None => return Ok(Err(entries)),
    };
    if strangers > most_changes {
        each_socket(call, tables, |socket| socket.poll_for(POLLS))?;
        return Ok(Err(entries));
    }
    if strangers > 0 {
        each_socket(call, tables, |socket| {
            if socket.with_watch_set(|set| set.is_none()) {
                socket.watch_in(&set);
            }
        })?;
    }
    match Watch::new(&set, entries, most_changes, on_close) {
        Ok(operation) => Ok(Ok(operation)),
        Err((reason, entries)) => {
            if reason == NotWatched::TooManyChanges {
                each_socket(call, tables, |socket| socket.poll_for(POLLS))?;
            }
            Ok(Err(entries))
        }
    }
}

/// Does something with each socket of the tables, which have been read before.
fn each_socket(
    call: &mut Call<'_>,
    tables: &[(usize, i16)],
    mut act: impl FnMut(&SocketObject),
) -> Result<(), Raise> {
    for (index, _) in tables {
        if call.is_table(*index) {
            // There is nothing but sockets in it.
            let _ = call.read_objects(*index, &mut Vec::<()>::new(), |socket| act(socket))?;
        }
    }
    Ok(())
}
