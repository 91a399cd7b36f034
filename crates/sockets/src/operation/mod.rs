//! Operations: what can wait, and what it waits for.
//!
//! An operation is a value that keeps its own progress. [`Operation::attempt`] does what can be
//! done now; where that is not the whole, [`Operation::waits_for`] says what has to come before the
//! next attempt is worth while. Operations know nothing of drivers: one that parks the thread is
//! [`block_on`](crate::block_on), others may suspend a coroutine.
//!
//! An attempt must not wait on its own account. A driver that would only park the thread may let
//! the kernel do it inside the attempt's own system call, which saves calls: it passes
//! [`Patience::Kernel`]. One with an [`EventLoop`] passes [`Patience::Loop`].

mod accept;
mod accept_until_stopped;
mod accept_with_retries;
mod backoff;
mod connect;
mod connecting;
mod name;
pub mod once;
mod patience;
mod poll;
mod race;
mod read;
mod receive;
mod receive_datagrams;
mod send;
mod send_all;
mod send_file;
mod send_many;
mod send_pieces;
mod signal;
mod sleep;
mod watch;

use std::time::Instant;

pub use accept::Accept;
pub use accept_until_stopped::{AcceptUntilStopped, Stop};
pub use accept_with_retries::AcceptWithRetries;
pub use connect::Connect;
pub use name::{LookUp, NameOf, Resolve, ServiceName};
pub(crate) use patience::{Blocking, FirstStep};
pub use patience::{EventLoop, NoLoop, Patience};
pub(crate) use poll::poll;
pub use poll::{OnClose, Poll};
pub use race::Race;
pub use read::{
    Available, AwaitRequest, Exactly, Line, Linger, Read, ReadAvailable, ReadRecord, Rule, ToEnd,
    Until,
};
pub use receive::{Receive, ReceiveFrom};
pub use receive_datagrams::{Datagram, ReceiveDatagram, ReceiveDatagrams};
pub use send::Send;
pub use send_all::{SendAll, Sent};
pub use send_file::{SendFile, duplicate_file, open_file};
pub use send_many::{Destinations, SendMany};
pub use send_pieces::SendPieces;
pub use signal::WaitForSignal;
pub use sleep::Sleep;
pub use watch::Watch;

use crate::{Descriptor, Error, Handle, Interest, Lookup, PollEntry, Scratch};

/// Something that may have to wait before it is done.
pub trait Operation {
    /// The system call or library function that this is, for errors.
    const NAME: &'static str;

    /// What it gives when it is done. Received bytes are left in the scratch memory, and the output
    /// is their count.
    type Output;

    /// Does what can be done now.
    ///
    /// # Errors
    /// What ended the operation for good. `EINTR` and `EAGAIN` do not.
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Self::Output>, Error>;

    /// What must come before the next attempt, after one that has returned
    /// [`Progress::Waiting`].
    fn waits_for(&self) -> Wait<'_>;

    /// What it gives where it has to end before it is done, by a time-out for instance. Bytes that have been
    /// received are left in the scratch memory here too.
    ///
    /// # Errors
    /// The reason for the end, for an operation that has nothing to give by then.
    fn end_early(&mut self, _scratch: &mut Scratch, reason: Error) -> Result<Self::Output, Error> {
        Err(reason)
    }

    /// Tells of descriptors that have been closed while the operation waited for any of several. Whether it
    /// goes on without them; where not, it ends early with `EBADF`.
    fn go_on_without(&mut self, _closed: &[Descriptor]) -> bool {
        false
    }
}

/// An operation that its caller keeps.
impl<O: Operation> Operation for &mut O {
    const NAME: &'static str = O::NAME;
    type Output = O::Output;

    #[inline(always)]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<O::Output>, Error> {
        (**self).attempt(scratch, patience)
    }

    fn waits_for(&self) -> Wait<'_> {
        (**self).waits_for()
    }

    fn end_early(&mut self, scratch: &mut Scratch, reason: Error) -> Result<O::Output, Error> {
        (**self).end_early(scratch, reason)
    }

    fn go_on_without(&mut self, closed: &[Descriptor]) -> bool {
        (**self).go_on_without(closed)
    }
}

/// How far an attempt has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress<T> {
    /// The operation is done.
    Done(T),
    /// It has to wait, see [`Operation::waits_for`].
    Waiting,
}

/// What a call has given; `None` where it would have to wait.
impl<T> From<Option<T>> for Progress<T> {
    #[inline]
    fn from(output: Option<T>) -> Progress<T> {
        output.map_or(Progress::Waiting, Progress::Done)
    }
}

/// What an operation waits for.
#[derive(Clone, Copy, Debug)]
pub enum Wait<'a> {
    /// The readiness of a descriptor that a value of this crate owns.
    Descriptor(Descriptor, Interest),
    /// The readiness of a descriptor that this crate does not own. Other code can have closed it, and its number
    /// can belong to another descriptor by now.
    Unowned(Descriptor, Interest),
    /// The readiness of a descriptor in either direction.
    Either(Descriptor),
    /// Any of these entries.
    Any(&'a [PollEntry]),
    /// Any of these entries, or an instant.
    AnyUntil(&'a [PollEntry], Instant),
    /// An instant.
    Until(Instant),
    /// The answer of a look-up. Only a driver with an [`EventLoop`] has look-ups.
    Lookup(&'a Lookup),
    /// A notification that another task gives the driver. No event of the system ends this wait.
    Notification,
}

/// Waits for the readiness of a descriptor. A closed descriptor never becomes ready: the code that closes it must
/// have the driver attempt the operation again.
pub(crate) fn waits_for(handle: &impl Handle, interest: Interest) -> Wait<'_> {
    let descriptor = handle.descriptor().unwrap_or(Descriptor::from_number(-1));
    if handle.is_unowned() {
        Wait::Unowned(descriptor, interest)
    } else {
        Wait::Descriptor(descriptor, interest)
    }
}
