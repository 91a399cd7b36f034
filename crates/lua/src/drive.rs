//! The one place that decides how a call waits.

use moonwire_sockets::{Error, Operation, Timeout, block_on};

use crate::native::{Call, Outcome};

/// Runs an operation to its end within `timeout`, and lets `word` turn what came of it into the
/// reply, in the module's own dialect.
///
/// It takes the call, and its caller has nothing left to do: a driver that suspends the coroutine
/// runs `word` when the caller has long left the stack.
#[inline(always)]
pub(crate) fn drive<'c, O: Operation>(
    mut call: Call<'c>,
    operation: O,
    timeout: Timeout,
    word: impl FnOnce(Call<'c>, Result<O::Output, Error>) -> Outcome<'c>,
) -> Outcome<'c> {
    let result = call.with_scratch(|scratch| block_on(operation, timeout, scratch));
    word(call, result)
}
