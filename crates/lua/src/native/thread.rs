//! Coroutines that run tasks.

use std::cell::Cell;
use std::ptr;

use mlua::ffi;

use super::build::{protect, protect_on};
use super::call::Call;
use super::reply::{Raise, Reply};
use super::trace::{self, Trace};
use super::versions;

/// What the stack of a coroutine has room for without being asked to grow.
const ROOM: i32 = ffi::LUA_MINSTACK - 2;

/// A Lua coroutine, kept alive by the registry until it is [released](Call::release). It is empty, or
/// holds a function with its arguments, or is suspended, or holds the results.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thread {
    pub(super) state: *mut ffi::lua_State,
}

/// What has come of resuming a coroutine.
#[derive(Debug)]
pub(crate) enum Resumed {
    /// It is suspended.
    Yielded,
    /// It has returned so many values, which lie on its stack. Without any it may still be suspended, see
    /// [`Thread::is_suspended`].
    Returned(i32),
    /// It has failed: the error lies on its stack.
    Failed(Trace),
}

impl Thread {
    /// Has the processor fetch what resuming it reads first.
    #[inline]
    pub(crate) fn prefetch(self) {
        super::prefetch(self.state.cast_const(), 3);
    }

    /// How many values there are on its stack.
    fn len(self) -> i32 {
        // SAFETY: reads only; the thread is anchored.
        unsafe { ffi::lua_gettop(self.state) }
    }

    /// Whether it is suspended, and nobody has resumed or closed it since.
    pub(crate) fn is_suspended(self) -> bool {
        // SAFETY: reads only; the thread is anchored.
        unsafe { ffi::lua_status(self.state) == ffi::LUA_YIELD }
    }

    /// Drops what a coroutine has left on its stack: the results of one that has ended, so that it can be used
    /// again, or what one has yielded of its own accord.
    pub(crate) fn clear(self) {
        // SAFETY: drops values; no version runs code for that in a coroutine that does not run.
        unsafe { ffi::lua_settop(self.state, 0) };
    }

    /// Resumes the coroutine: starts what lies on its stack, or lets it go on where it is suspended.
    ///
    /// # Safety
    /// `from` runs a function of ours. The coroutine is not running.
    pub(super) unsafe fn resume(
        state: *mut ffi::lua_State,
        from: impl Fn() -> *mut ffi::lua_State,
    ) -> Resumed {
        // SAFETY: the caller's promise. What a coroutine yields of its own accord is dropped, and the
        // values that are taken are on its stack.
        unsafe {
            let arguments = match ffi::lua_status(state) {
                ffi::LUA_YIELD => 0,
                _ => ffi::lua_gettop(state) - 1,
            };
            let mut results = 0;
            match ffi::lua_resume(state, from(), arguments, &raw mut results) {
                ffi::LUA_OK => Resumed::Returned(ffi::lua_gettop(state)),
                ffi::LUA_YIELD if versions::cannot_be_resumed(state) => Resumed::Returned(0),
                ffi::LUA_YIELD => Resumed::Yielded,
                _ => {
                    // Meanwhile it may have been parked, and be gone on with from elsewhere.
                    let trace = crate::scheduler::outside_of_tasks(|| Trace::of(from(), state));
                    let error = trace::identity(state);
                    versions::close_thread(state);
                    Resumed::Failed(trace.after_close(error, state))
                }
            }
        }
    }
}

impl<'c> Call<'c> {
    /// A new coroutine.
    pub(crate) fn new_thread(&mut self) -> Result<Thread, Raise> {
        let made = Cell::new(ptr::null_mut());
        let place = &made;
        // SAFETY: a function of ours runs, with free stack slots; the closure owns nothing. The registry holds the
        // coroutine under its address, so that to give it up takes no memory (as `luaL_unref` does).
        unsafe {
            protect(self.state(), 0, |state| {
                let thread = ffi::lua_newthread(state);
                ffi::lua_rawsetp(state, ffi::LUA_REGISTRYINDEX, thread.cast());
                place.set(thread);
            })?;
        }
        Ok(Thread { state: made.get() })
    }

    /// Moves the arguments from `first` on to an empty coroutine: a function with its arguments. Nobody
    /// may have borrowed them.
    pub(crate) fn move_arguments(&mut self, first: usize, thread: Thread) -> Result<(), Raise> {
        // SAFETY: a function of ours runs; the thread is anchored, and has as much room as it is asked
        // for.
        unsafe {
            let count = ffi::lua_gettop(self.state()) - self.stack_index(first) + 1;
            if count > ROOM {
                // Lua 5.1 raises an error where there is no memory. As so many have room on this stack, there is no
                // other reason for a failure.
                protect_on(self.state(), thread.state, |thread| {
                    ffi::lua_checkstack(thread, count);
                })?;
                if ffi::lua_checkstack(thread.state, count) == 0 {
                    return Err(Raise::Text("not enough memory"));
                }
            }
            ffi::lua_xmove(self.state(), thread.state, count);
        }
        Ok(())
    }

    /// Whether a coroutine that has ended is as a new one would be that the caller made: some of what a
    /// program sets for a coroutine stays with it.
    pub(crate) fn is_as_new(&self, thread: Thread) -> bool {
        // SAFETY: reads only; the thread is anchored.
        unsafe {
            ffi::lua_gethookmask(self.state()) == 0
                && ffi::lua_gethookmask(thread.state) == 0
                && versions::have_same_globals(self.state(), thread.state)
        }
    }

    /// Gives a coroutine up.
    pub(crate) fn release(&mut self, thread: Thread) {
        // SAFETY: a function of ours runs, with free stack slots. The key is there, so nothing is allocated.
        unsafe {
            ffi::lua_pushnil(self.state());
            ffi::lua_rawsetp(self.state(), ffi::LUA_REGISTRYINDEX, thread.state.cast());
        }
    }

    /// Whether the call runs in this very coroutine.
    #[inline]
    pub(crate) fn runs_in(&self, thread: Thread) -> bool {
        self.state() == thread.state
    }

    /// The same, and whether it may suspend it.
    #[inline]
    pub(crate) fn may_suspend(&self, thread: Thread) -> bool {
        // SAFETY: a function of ours runs.
        self.runs_in(thread) && unsafe { versions::is_yieldable(self.state()) }
    }

    /// The reply true, if that is asked for, and then copies of what a coroutine has returned.
    pub(crate) fn reply_with_results(
        &mut self,
        first: Option<bool>,
        thread: Thread,
    ) -> Result<Reply<'c>, Raise> {
        let count = thread.len();
        let from = thread.state;
        let all = count + i32::from(first.is_some());
        // SAFETY: a function of ours runs; the closure asks for the stack slots that it needs, and owns
        // nothing. The thread has a slot free for a copy.
        unsafe {
            protect_many(self.state(), all, |state| {
                ffi::luaL_checkstack(state, all + 1, c"too many results".as_ptr());
                if let Some(first) = first {
                    ffi::lua_pushboolean(state, first.into());
                }
                for index in 1..=count {
                    ffi::lua_pushvalue(from, index);
                    ffi::lua_xmove(from, state, 1);
                }
            })?;
        }
        Ok(Reply::stacked(all))
    }

    /// The reply false, a copy of the error with which a coroutine has failed, and its frames, if they are
    /// known.
    pub(crate) fn reply_with_error(
        &mut self,
        thread: Thread,
        frames: Option<&[u8]>,
    ) -> Result<Reply<'c>, Raise> {
        let count = if frames.is_some() { 3 } else { 2 };
        // SAFETY: a function of ours runs, with free stack slots; the closure owns nothing.
        unsafe {
            protect(self.state(), count, |state| {
                ffi::lua_pushboolean(state, 0);
                copy_error(thread.state, state);
                if let Some(frames) = frames {
                    super::dispatch::push_bytes(state, frames);
                }
            })?;
        }
        Ok(Reply::stacked(count))
    }

    /// Raises the error on a coroutine's stack, or `text` in its stead.
    pub(crate) fn raise_error_of(&mut self, thread: Thread, text: Option<&[u8]>) -> Raise {
        let from = thread.state;
        // SAFETY: as above.
        let pushed = unsafe {
            protect(self.state(), 1, |state| match text {
                Some(text) => super::dispatch::push_bytes(state, text),
                None => copy_error(from, state),
            })
        };
        match pushed {
            Ok(()) | Err(_) => Raise::Pending,
        }
    }

    /// What identifies the Lua state that the call runs in: all its coroutines have it in common.
    #[inline]
    pub(crate) fn lua_identity(&self) -> *const std::ffi::c_void {
        // SAFETY: reads only.
        unsafe { ffi::lua_topointer(self.state(), ffi::LUA_REGISTRYINDEX) }
    }

    /// Collects all garbage, for the finalisers that it may run. What those raise is lost, as anywhere.
    pub(crate) fn collect_garbage(&mut self) {
        // SAFETY: a function of ours runs, with free stack slots.
        unsafe {
            if protect(self.state(), 0, |state| {
                ffi::lua_gc(state, ffi::LUA_GCCOLLECT, 0);
            })
            .is_err()
            {
                ffi::lua_pop(self.state(), 1);
            }
        }
    }
}

/// Copies the error on top of the stack of a coroutine that has failed, which may have no room for more.
///
/// # Safety
/// `to` has two free stack slots.
unsafe fn copy_error(from: *mut ffi::lua_State, to: *mut ffi::lua_State) {
    // SAFETY: the caller's promise; what has been moved away has room to be moved back.
    unsafe {
        // Early releases of Lua 5.4 drop the error when they close what is to be closed.
        if ffi::lua_gettop(from) == 0 {
            ffi::lua_pushnil(to);
            return;
        }
        ffi::lua_xmove(from, to, 1);
        ffi::lua_pushvalue(to, -1);
        ffi::lua_xmove(to, from, 1);
    }
}

/// As [`protect`], which leaves more values than there are free slots for: the stack grows.
///
/// # Safety
/// As [`protect`]; the closure makes room for the results.
unsafe fn protect_many<F: Fn(*mut ffi::lua_State) + Copy>(
    state: *mut ffi::lua_State,
    results: i32,
    closure: F,
) -> Result<(), Raise> {
    // SAFETY: the caller's promise. `lua_checkstack` gives the outer frame its own claim.
    unsafe {
        if results > ROOM / 2 {
            protect(state, 0, |state| {
                ffi::luaL_checkstack(
                    state,
                    results + ffi::LUA_MINSTACK,
                    c"too many results".as_ptr(),
                );
            })?;
            // It is there now, so this does not fail.
            ffi::lua_checkstack(state, results + 4);
        }
        // Lua 5.5 takes no large number here.
        protect(state, ffi::LUA_MULTRET, closure)
    }
}
