//! `SIGPIPE`, kept from the process.

use std::mem::MaybeUninit;
use std::ptr;

use crate::Errno;

/// Makes a call that sends `length` bytes, can raise `SIGPIPE`, and has no flag against that.
///
/// The kernel raises the signal when it finds that nothing reads the stream any more. The call then
/// fails with `EPIPE`, or returns the count of what it took before. A call that took everything has
/// raised nothing.
pub(super) fn without_pipe_signal(
    length: usize,
    call: impl FnOnce() -> Result<usize, Errno>,
) -> Result<usize, Errno> {
    blocking_pipe_signal(call, |result| match *result {
        Ok(taken) => taken < length,
        Err(errno) => errno == Errno::PIPE,
    })
}

/// Makes a call during which the C library can send on streams of its own.
pub(super) fn library_call<T>(call: impl FnOnce() -> T) -> T {
    blocking_pipe_signal(call, |_| true)
}

/// Blocks `SIGPIPE` on this thread during a call, and takes back the one that the call has raised.
/// `can_be_raised` tells from the call's result whether there can be one.
fn blocking_pipe_signal<T>(call: impl FnOnce() -> T, can_be_raised: impl FnOnce(&T) -> bool) -> T {
    let mut pipe_signal = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: each set is written by `sigemptyset` or `pthread_sigmask` before it is read, and the mask
    // of the thread is put back.
    unsafe {
        libc::sigemptyset(pipe_signal.as_mut_ptr());
        libc::sigaddset(pipe_signal.as_mut_ptr(), libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, pipe_signal.as_ptr(), before.as_mut_ptr());
        // A signal that is pending before the call belongs to the program. Only a signal that is blocked
        // can be pending.
        let was_pending = libc::sigismember(before.as_ptr(), libc::SIGPIPE) == 1 && is_pending();
        let result = call();
        if can_be_raised(&result) && !was_pending {
            take_back(pipe_signal.assume_init_ref());
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut());
        result
    }
}

/// Whether `SIGPIPE` is pending for this thread or for the process.
fn is_pending() -> bool {
    let mut pending = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the set is read only where `sigpending` has written it.
    unsafe {
        libc::sigpending(pending.as_mut_ptr()) == 0
            && libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1
    }
}

/// Removes a pending `SIGPIPE`, unless another process has sent it.
fn take_back(pipe_signal: &libc::sigset_t) {
    let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let mut signal = MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: the set and the time are readable, and the description is writable; zeroes are a valid
    // one.
    unsafe {
        if libc::sigtimedwait(pipe_signal, signal.as_mut_ptr(), &raw const at_once) != libc::SIGPIPE
        {
            return;
        }
        let signal = signal.assume_init_ref();
        // A positive code is the kernel's own, and has no sender (`sigaction(2)`).
        if signal.si_code <= 0 && signal.si_pid() != libc::getpid() {
            // The signal came during the call: the program gets it after the call.
            libc::kill(libc::getpid(), libc::SIGPIPE);
        }
    }
}
