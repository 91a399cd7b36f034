//! The driver that parks the thread.

use std::time::{Duration, Instant};

use crate::operation::{self, NoLoop, Operation, Patience, Progress, Wait};
use crate::{Deadline, Errno, Error, PollEntry, Scratch, Timeout, events, is_interrupted, sys};

/// Runs an operation to its end, and parks the thread while it waits.
///
/// The first attempt is made at once. A signal (`EINTR`) does not end or lengthen the wait, unless its handler has
/// requested an interruption.
///
/// # Errors
/// The operation's error, [`Cause::TimedOut`](crate::Cause::TimedOut) at the deadline, and `EINTR` after a request for
/// an [interruption](crate::request_interruption).
#[inline(always)]
pub fn block_on<O: Operation>(
    mut operation: O,
    timeout: Timeout,
    scratch: &mut Scratch,
) -> Result<O::Output, Error> {
    let mut deadline = Deadline::new(timeout);
    loop {
        match operation.attempt(scratch, Patience::<NoLoop>::Kernel(&mut deadline))? {
            Progress::Done(output) => return Ok(output),
            Progress::Waiting => {
                if !park(operation.waits_for(), &mut deadline, O::NAME)? {
                    return operation.end_early(scratch, Error::timed_out(O::NAME));
                }
            }
        }
    }
}

/// Parks the thread until the wait is over. The result is `false` at the deadline.
#[inline(never)]
fn park(wait: Wait<'_>, deadline: &mut Deadline, operation: &'static str) -> Result<bool, Error> {
    loop {
        if is_interrupted() {
            return Err(Errno::INTR.during(operation));
        }
        let remaining = deadline.remaining();
        if remaining == Some(Duration::ZERO) {
            return Ok(false);
        }
        let result = match wait {
            Wait::Descriptor(descriptor, interest) | Wait::Unowned(descriptor, interest) => {
                sys::poll(&mut [PollEntry::new(descriptor, interest.events())], remaining)
                    .map(|ready| ready > 0)
            }
            Wait::Either(descriptor) => {
                sys::poll(&mut [PollEntry::new(descriptor, events::IN | events::OUT)], remaining)
                    .map(|ready| ready > 0)
            }
            Wait::Any(entries) => {
                operation::poll(&mut entries.to_vec(), remaining).map(|ready| ready > 0)
            }
            Wait::AnyUntil(entries, instant) => {
                let until = instant.saturating_duration_since(Instant::now());
                let wait = remaining.map_or(until, |remaining| remaining.min(until));
                operation::poll(&mut entries.to_vec(), Some(wait))
                    .map(|ready| ready > 0 || Instant::now() >= instant)
            }
            // No other task runs in this thread, so no notification can come.
            Wait::Lookup(_) | Wait::Notification => Err(Errno::DEADLK),
            Wait::Until(instant) => {
                let until = instant.saturating_duration_since(Instant::now());
                sys::sleep(remaining.map_or(until, |remaining| remaining.min(until)))
                    .map(|()| Instant::now() >= instant)
            }
        };
        match result {
            Ok(true) => return Ok(true),
            // The deadline decides whether the time is over.
            Ok(false) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.during(operation)),
        }
    }
}
