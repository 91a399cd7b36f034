//! Calls that are suspended with their coroutine.

use std::fmt;
use std::mem;

use mlua::ffi;

use super::call::Call;
use super::dispatch;
use super::library::Function;
use super::reply::{Outcome, Raise};

/// What a suspended call goes on with.
pub(crate) trait Continue<'c> {
    /// Goes on, when what was waited for may have come.
    fn go_on(self: Box<Self>, call: Call<'c>) -> Outcome<'c>;
}

/// A call that is suspended, for the scheduler to keep. It must not outlive the coroutine.
pub(crate) struct Suspended(Box<dyn Continue<'static>>);

impl Suspended {
    /// Has the processor fetch what going on reads first.
    #[inline]
    pub(crate) fn prefetch(&self) {
        super::prefetch(&raw const *self.0, 2);
    }
}

impl fmt::Debug for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Suspended")
    }
}

impl<'c> Call<'c> {
    /// Suspends the coroutine that the call runs in, which [may](Self::may_suspend) be. The body returns
    /// what is left: `keep` puts the rest where [`take_suspended`](crate::scheduler::take_suspended) finds
    /// it when the coroutine is resumed.
    pub(crate) fn suspend(
        self,
        rest: Box<dyn Continue<'c> + 'c>,
        keep: impl FnOnce(Suspended),
    ) -> Outcome<'c> {
        // SAFETY: what the rest borrows are arguments of the call, which stay on the stack of the
        // coroutine for as long as that is suspended; and it is used only by the function that takes the
        // call's place, or dropped before the coroutine is given up.
        let rest = unsafe {
            mem::transmute::<Box<dyn Continue<'c> + 'c>, Box<dyn Continue<'static>>>(rest)
        };
        keep(Suspended(rest));
        Err(Raise::Suspended)
    }
}

/// Takes the place of a function of ours whose coroutine was suspended.
pub(super) unsafe extern "C-unwind" fn go_on(
    state: *mut ffi::lua_State,
    _status: std::ffi::c_int,
    _context: isize,
) -> std::ffi::c_int {
    // SAFETY: Lua calls this as the continuation of a function that `push_function` has made, whose
    // upvalues and arguments are still there.
    unsafe { dispatch::answer(state, body) }
}

fn body<'c>(mut call: Call<'c>, _: &'static Function) -> Outcome<'c> {
    match crate::scheduler::take_suspended(&mut call) {
        Some(Suspended(rest)) => {
            // SAFETY: the rest was made for a call of this function with these arguments: see `suspend`.
            let rest = unsafe {
                mem::transmute::<Box<dyn Continue<'static>>, Box<dyn Continue<'c> + 'c>>(rest)
            };
            rest.go_on(call)
        }
        None => Err(Raise::Text("resumed by another than the scheduler")),
    }
}
