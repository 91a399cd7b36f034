//! Operations: calls that can wait, as values.
//!
//! An operation keeps its own progress. [`Operation::attempt`] does what can be done now. Where that does not
//! complete the operation, [`Operation::waits_for`] says what the next attempt has to wait for. A driver runs an
//! operation to its end: [`block_on`](crate::block_on) parks the thread while the operation waits, another driver can
//! suspend a coroutine. An operation does not know its driver.
//!
//! An attempt must not wait, with one exception: a driver that would only park the thread passes
//! [`Patience::Kernel`], and the attempt then waits inside its system call, which saves system calls. A driver with an
//! [`EventLoop`] passes [`Patience::Loop`].

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

/// A call that can wait before it is done.
pub trait Operation {
    /// The name of the system call or library function, for errors.
    const NAME: &'static str;

    /// The result. Received bytes are in the scratch memory, and the output is their count.
    type Output;

    /// Does what can be done now.
    ///
    /// # Errors
    /// A failure that ends the operation. `EINTR` and `EAGAIN` do not end it.
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Self::Output>, Error>;

    /// What the next attempt has to wait for, after one that has returned
    /// [`Progress::Waiting`].
    fn waits_for(&self) -> Wait<'_>;

    /// Ends the operation before it is done, by a time-out for instance. The output is the partial result; received
    /// bytes are in the scratch memory here too.
    ///
    /// # Errors
    /// The reason, where there is no partial result.
    fn end_early(&mut self, _scratch: &mut Scratch, reason: Error) -> Result<Self::Output, Error> {
        Err(reason)
    }

    /// Reports descriptors that have been closed while the operation waited for any of several. The result is whether
    /// the operation continues without them; otherwise the driver ends it early with `EBADF`.
    fn continue_without(&mut self, _closed: &[Descriptor]) -> bool {
        false
    }
}

/// An operation that the caller keeps.
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

    fn continue_without(&mut self, closed: &[Descriptor]) -> bool {
        (**self).continue_without(closed)
    }
}

/// The result of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress<T> {
    /// The operation is done.
    Done(T),
    /// The operation has to wait, see [`Operation::waits_for`].
    Waiting,
}

/// From the result of a system call, which is `None` where the call would have to wait.
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
