//! The one place that decides how a call waits.

use moonwire_sockets::{Error, Operation, Timeout, block_on};

use crate::native::{Call, Outcome};
use crate::scheduler;

/// Runs an operation to its end within `timeout`, and lets `word` turn what came of it into the
/// reply, in the module's own dialect.
///
/// In a task, the task waits and the others run; elsewhere the thread waits.
///
/// It takes the call, and its caller has nothing left to do: where the coroutine is suspended, `word` runs
/// when the caller has long left the stack. Other tasks may have changed everything by then but the
/// arguments themselves.
///
/// It is always part of its caller: after a system call, processors mispredict each return on the way back
/// to Lua.
#[inline(always)]
pub(crate) fn drive<'c, O: Operation + 'c>(
    mut call: Call<'c>,
    mut operation: O,
    timeout: Timeout,
    word: impl FnOnce(Call<'c>, Result<O::Output, Error>) -> Outcome<'c> + 'c,
) -> Outcome<'c> {
    if scheduler::is_task(&call) {
        return scheduler::drive_in_task(call, operation, timeout, word);
    }
    let result = call.with_scratch(|scratch| block_on(&mut operation, timeout, scratch));
    call.check_interruption()?;
    word(call, result)
}
