//! Ending what a Lua state does from a signal handler, as the stock interpreter does on `^C`.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use mlua::{Lua, ffi};
use moonwire_sockets::{is_interrupted, request_interruption, take_interruption};

use super::call::Call;
use super::dispatch::push_text;
use super::reply::Raise;
use super::thread::Thread;
use crate::scheduler;

/// The error with which an interruption ends what runs.
pub(crate) const INTERRUPTED: &str = "interrupted!";

/// Whether any thread has armed a state.
static IS_ARMED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread has armed a state, and no interruption was asked for since then.
    static IS_FRESH: Cell<bool> = const { Cell::new(false) };
    /// The coroutine of the armed state that runs and gets the hook: null where none runs.
    static TARGET: Cell<*mut ffi::lua_State> = const { Cell::new(ptr::null_mut()) };
}

/// A Lua state that can be interrupted in this thread. Dropping it ends that, or goes back to what was before.
pub struct Interruptible<'lua> {
    main: *mut ffi::lua_State,
    before: *mut ffi::lua_State,
    lua: PhantomData<&'lua Lua>,
}

impl fmt::Debug for Interruptible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interruptible")
    }
}

/// Lets [`interrupt`] end what this thread does in a Lua state from now on, once.
///
/// # Errors
/// What Lua raises (out of memory).
pub fn interruptible(lua: &Lua) -> mlua::Result<Interruptible<'_>> {
    let found = Cell::new(ptr::null_mut());
    let place = &found;
    // SAFETY: the closure takes nothing from the stack, and leaves nothing there.
    unsafe { lua.exec_raw::<()>((), |state| place.set(state))? };
    let main = found.get();
    let before = TARGET.replace(main);
    IS_FRESH.set(true);
    IS_ARMED.store(true, Ordering::Relaxed);
    Ok(Interruptible { main, before, lua: PhantomData })
}

impl Drop for Interruptible<'_> {
    fn drop(&mut self) {
        TARGET.set(self.before);
        IS_ARMED.store(!self.before.is_null(), Ordering::Relaxed);
        take_interruption();
        // SAFETY: the state lives, and runs nothing.
        unsafe { remove_hook(self.main) };
    }
}

/// Interrupts what the calling thread does in its [`interruptible`] state: the error `interrupted!` is raised
/// there. Where tasks run, it is raised in the main function of `run`. A signal handler can call this, and
/// nothing else is expected to.
///
/// It is `false` where nothing can be interrupted: no state is armed, or it was interrupted already since
/// it was armed.
#[must_use]
pub fn interrupt() -> bool {
    if !IS_ARMED.load(Ordering::Relaxed) || !IS_FRESH.replace(false) {
        return false;
    }
    request_interruption();
    let target = TARGET.get();
    if !target.is_null() {
        let mask = ffi::LUA_MASKCALL | ffi::LUA_MASKRET | ffi::LUA_MASKLINE | ffi::LUA_MASKCOUNT;
        // SAFETY: the coroutine runs in this thread. Lua lets a hook be set at any moment.
        unsafe { ffi::lua_sethook(target, Some(raise_in_hook), mask, 1) };
    }
    true
}

/// Another coroutine gets the hook, or none. Dropping this gives it back to the one before.
#[derive(Debug)]
pub(crate) struct Target {
    before: *mut ffi::lua_State,
    now: *mut ffi::lua_State,
    is_set: bool,
}

impl Target {
    fn new(now: *mut ffi::lua_State) -> Target {
        let is_set = IS_ARMED.load(Ordering::Relaxed);
        let before = if is_set { TARGET.replace(now) } else { ptr::null_mut() };
        Target { before, now, is_set }
    }

    /// No coroutine: what runs is none of the program's functions.
    pub(crate) fn none() -> Target {
        Target::new(ptr::null_mut())
    }

    /// A coroutine that is about to run, and is kept alive for as long.
    pub(crate) fn thread(thread: Thread) -> Target {
        Target::new(thread.state)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.is_set {
            return;
        }
        TARGET.set(self.before);
        if is_interrupted() && !self.now.is_null() {
            // SAFETY: `thread` was told that it is kept alive.
            unsafe { remove_hook(self.now) };
        }
    }
}

/// # Safety
/// The state lives.
unsafe fn remove_hook(state: *mut ffi::lua_State) {
    // SAFETY: the caller's promise. A hook of the program's own stays.
    unsafe {
        let is_ours = ffi::lua_gethook(state)
            .is_some_and(|hook| ptr::fn_addr_eq(hook, raise_in_hook as ffi::lua_Hook));
        if is_ours {
            ffi::lua_sethook(state, None, 0, 0);
        }
    }
}

/// The hook that [`interrupt`] sets.
unsafe extern "C-unwind" fn raise_in_hook(state: *mut ffi::lua_State, _: *mut ffi::lua_Debug) {
    // SAFETY: Lua calls this as a hook, with free stack slots, and the error may leave this frame.
    unsafe {
        ffi::lua_sethook(state, None, 0, 0);
        // Raised in another task, the error ends that; the main function gets one of its own.
        if scheduler::answers_interruption() {
            take_interruption();
        }
        ffi::luaL_where(state, 1);
        push_text(state, INTERRUPTED);
        ffi::lua_concat(state, 2);
        ffi::lua_error(state);
    }
}

impl Call<'_> {
    /// The error with which a call ends that was interrupted, where that is for this call to answer.
    #[cold]
    pub(crate) fn answer_interruption(&mut self) -> Option<Raise> {
        if !scheduler::answers_interruption() || !take_interruption() {
            return None;
        }
        let target = TARGET.get();
        if !target.is_null() {
            // SAFETY: the coroutine runs.
            unsafe { remove_hook(target) };
        }
        Some(self.raise(INTERRUPTED.as_bytes()))
    }

    /// As [`answer_interruption`](Self::answer_interruption), at the end of a call.
    #[inline(always)]
    pub(crate) fn check_interruption(&mut self) -> Result<(), Raise> {
        if is_interrupted() { self.answer_interruption().map_or(Ok(()), Err) } else { Ok(()) }
    }
}
