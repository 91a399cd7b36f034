//! Waiting for the next request of a connection, also while the server stops.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::{Exactly, Read, ReadRecord};
use crate::operation::patience::is_ready;
use crate::operation::{EventLoop, Operation, Patience, Progress, Wait};
use crate::transport::Transport;
use crate::{Descriptor, Error, Handle, Interest, PollEntry, ReadBuffer, Scratch};

/// The limit of the wait for another request on a connection, once the server stops.
#[derive(Debug, Default)]
pub struct Linger {
    end: Cell<Option<Instant>>,
    /// Whether there has been a request. The wait for the first request has no such limit.
    has_begun: Cell<bool>,
}

impl Linger {
    /// Limits the wait of a connection for another request to `duration` from now on.
    pub fn begin(&self, connection: impl Handle, duration: Duration) {
        let now = Instant::now();
        self.end.set(Some(now.checked_add(duration).unwrap_or(now)));
        if let Ok(descriptor) = connection.descriptor() {
            descriptor.retry_readers();
        }
    }

    /// Whether the request that has been read was the last one: the server stops, and either the time is over or no
    /// further request has begun to arrive.
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

/// Waits for the first byte of a request, and leaves it in the buffer. The output is [`Read::EndOfStream`] also where
/// the server stops and no request arrives in time.
#[derive(Debug)]
pub struct AwaitRequest<'a, T> {
    read: ReadRecord<'a, T, Exactly>,
    linger: &'a Linger,
    /// What the operation waits for until an instant.
    entries: [PollEntry; 1],
    until: Option<Instant>,
}

impl<'a, T: Transport> AwaitRequest<'a, T> {
    /// Waits for a request from `transport`. `buffer` has the bytes that have been received before.
    #[must_use]
    pub const fn new(transport: T, buffer: &'a ReadBuffer, linger: &'a Linger) -> Self {
        AwaitRequest {
            read: ReadRecord::exactly(transport, buffer, 1),
            linger,
            entries: [PollEntry::new(Descriptor::from_number(-1), 0)],
            until: None,
        }
    }

    /// Waits until an instant at the longest.
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
        // The kernel can have bytes that it has not reported to the event loop yet.
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
