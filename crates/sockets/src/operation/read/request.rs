//! Waiting for the next request of a connection, of which the server may be about to end.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::{Exactly, Read, ReadRecord};
use crate::operation::patience::is_ready;
use crate::operation::{EventLoop, Operation, Patience, Progress, Wait};
use crate::transport::Transport;
use crate::{Descriptor, Error, Handle, Interest, PollEntry, ReadBuffer, Scratch};

/// Until when a connection waits for another request.
#[derive(Debug, Default)]
pub struct Linger {
    end: Cell<Option<Instant>>,
    /// Whether there has been a request. A connection without one waits for the first as long as it may take.
    has_begun: Cell<bool>,
}

impl Linger {
    /// Lets a connection wait for another request for so long and no longer.
    pub fn begin(&self, connection: impl Handle, duration: Duration) {
        let now = Instant::now();
        self.end.set(Some(now.checked_add(duration).unwrap_or(now)));
        if let Ok(descriptor) = connection.descriptor() {
            descriptor.retry_readers();
        }
    }

    /// Whether the request that has been read was the last: the server is about to end, and no other has
    /// come. Where others have come already, they too are waited for, until the time is over.
    #[must_use]
    pub fn is_last(&self, connection: impl Handle, buffer: &ReadBuffer) -> bool {
        let Some(end) = self.end.get() else {
            return false;
        };
        let has_more = || {
            !buffer.is_empty()
                || connection
                    .descriptor()
                    .and_then(|descriptor| is_ready(descriptor, Interest::Readable))
                    .unwrap_or(false)
        };
        Instant::now() >= end || !has_more()
    }
}

/// Waits for the first byte of a request, and leaves it in the buffer. The end is [`Read::EndOfStream`] also where
/// the server is about to end and no request has come in time.
#[derive(Debug)]
pub struct AwaitRequest<'a, T> {
    read: ReadRecord<'a, T, Exactly>,
    linger: &'a Linger,
    /// What is waited for until a moment.
    entries: [PollEntry; 1],
    until: Option<Instant>,
}

impl<'a, T: Transport> AwaitRequest<'a, T> {
    /// Waits for a request from `transport`, whose bytes that have been received already are in `buffer`.
    #[must_use]
    pub const fn new(transport: T, buffer: &'a ReadBuffer, linger: &'a Linger) -> Self {
        AwaitRequest {
            read: ReadRecord::exactly(transport, buffer, 1),
            linger,
            entries: [PollEntry::new(Descriptor::from_number(-1), 0)],
            until: None,
        }
    }

    /// Waits no longer than until a moment.
    #[cold]
    fn wait_until(&mut self, end: Instant) {
        if let Wait::Descriptor(descriptor, interest) | Wait::Unowned(descriptor, interest) =
            self.read.waits_for()
        {
            self.entries = [PollEntry::new(descriptor, interest.events())];
            self.until = Some(end);
        }
    }
}

impl<T: Transport> Operation for AwaitRequest<'_, T> {
    const NAME: &'static str = "await";
    type Output = Read;

    #[inline]
    fn attempt(
        &mut self,
        scratch: &mut Scratch,
        patience: Patience<'_, impl EventLoop>,
    ) -> Result<Progress<Read>, Error> {
        let end = self.linger.end.get().filter(|_| self.linger.has_begun.get());
        let is_over = end.is_some_and(|end| end <= Instant::now());
        // An event loop may not have heard yet of what has come.
        let patience = if is_over { Patience::None } else { patience };
        let read = self.read.attempt(scratch, patience);
        match read.map_err(|error| error.cause.during(Self::NAME))? {
            Progress::Waiting if is_over => Ok(Progress::Done(Read::EndOfStream)),
            Progress::Waiting => {
                if let Some(end) = end {
                    self.wait_until(end);
                }
                Ok(Progress::Waiting)
            }
            Progress::Done(read) => {
                if read != Read::EndOfStream {
                    self.linger.has_begun.set(true);
                }
                Ok(Progress::Done(read))
            }
        }
    }

    fn waits_for(&self) -> Wait<'_> {
        match self.until {
            Some(end) => Wait::AnyUntil(&self.entries, end),
            None => self.read.waits_for(),
        }
    }
}
