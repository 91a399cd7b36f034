//! Operations: what can wait, and what it waits for.
//!
//! An operation is a value that keeps its own progress. [`Operation::attempt`] does what can be
//! done now; where that is not the whole, [`Operation::waits_for`] says what has to come before the
//! next attempt is worth while. Operations know nothing of drivers: one that parks the thread is
//! [`block_on`](crate::block_on), others may suspend a coroutine.
//!
//! An attempt must not wait on its own account. A driver that would only park the thread may let
//! the kernel do it inside the attempt's own system call, which saves calls: it passes
//! [`Patience::Kernel`].

mod accept;
mod connect;
mod name;
pub mod once;
mod poll;
mod receive;
mod resolve;
mod send;
mod sleep;

use std::time::Instant;

pub use accept::Accept;
pub use connect::Connect;
pub use name::{LookUp, NameOf};
pub use poll::Poll;
pub use receive::{Receive, ReceiveFrom};
pub use resolve::{Resolve, ServiceName};
pub use send::Send;
pub use sleep::Sleep;

use crate::{Deadline, Descriptor, Error, Interest, PollEntry, Scratch};

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
        patience: Patience<'_>,
    ) -> Result<Progress<Self::Output>, Error>;

    /// What must come before the next attempt, after one that has returned
    /// [`Progress::Waiting`].
    fn waits_for(&self) -> Wait<'_>;
}

/// What an attempt may do when nothing can be done at once.
#[derive(Debug)]
pub enum Patience<'a> {
    /// Return at once.
    None,
    /// Wait in the kernel, in a call that the kernel itself ends by the deadline. An operation
    /// without such a call returns at once.
    Kernel(&'a mut Deadline),
}

/// How far an attempt has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress<T> {
    /// The operation is done.
    Done(T),
    /// It has to wait, see [`Operation::waits_for`].
    Waiting,
}

/// What an operation waits for.
#[derive(Clone, Copy, Debug)]
pub enum Wait<'a> {
    /// This descriptor's readiness.
    Descriptor(Descriptor, Interest),
    /// Any of these.
    Any(&'a [PollEntry]),
    /// A moment.
    Moment(Instant),
}
