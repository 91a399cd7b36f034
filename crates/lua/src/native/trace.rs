//! Where errors come from.

use std::ffi::c_void;

use mlua::ffi;

use super::build::protect;
use super::call::Call;

/// What is known of an error when the frames that it has gone through are gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// The error, where it is a string.
    pub(crate) message: Option<Box<[u8]>>,
    /// `stack traceback:` and a line for each function that was active, without a line end. `None` where
    /// there was no memory for it.
    pub(crate) frames: Option<Box<[u8]>>,
}

/// What tells whether the error of a coroutine is still the same, where it is not a string.
type Identity = (i32, *const c_void);

impl Trace {
    /// The error and its frames, for people.
    pub(crate) fn text(&self) -> Vec<u8> {
        let message = self.message.as_deref().unwrap_or(b"the error is not a string");
        match &self.frames {
            Some(frames) => [message, frames].join(&b'\n'),
            None => message.into(),
        }
    }

    /// The trace of the error on top of a coroutine's stack.
    ///
    /// # Safety
    /// `on` runs a function of ours, and `failed` has failed and not been closed.
    pub(super) unsafe fn of(on: *mut ffi::lua_State, failed: *mut ffi::lua_State) -> Trace {
        // SAFETY: the caller's promise.
        unsafe { Trace { message: message(failed), frames: frames(on, failed, 0) } }
    }

    /// The trace after what was to be closed in the coroutine was: that may have raised another error in
    /// the place of the first, of which nothing is known but itself.
    ///
    /// # Safety
    /// `failed` has been closed; `before` was its [`identity`] until then.
    pub(super) unsafe fn after_close(self, before: Identity, failed: *mut ffi::lua_State) -> Trace {
        // SAFETY: the caller's promise.
        unsafe {
            // The first releases of Lua 5.4 leave nothing there where nothing else was raised.
            if ffi::lua_gettop(failed) == 0 {
                return self;
            }
            let message = message(failed);
            let is_same = match (&self.message, &message) {
                (None, None) => identity(failed) == before,
                (before, after) => before == after,
            };
            if is_same { self } else { Trace { message, frames: None } }
        }
    }
}

/// The type and the address of the value on top of a coroutine's stack.
///
/// # Safety
/// There is one.
pub(super) unsafe fn identity(state: *mut ffi::lua_State) -> Identity {
    // SAFETY: reads only.
    unsafe { (ffi::lua_type(state, -1), ffi::lua_topointer(state, -1)) }
}

/// The value on top of a coroutine's stack, where it is a string.
///
/// # Safety
/// There is one.
unsafe fn message(state: *mut ffi::lua_State) -> Option<Box<[u8]>> {
    // SAFETY: the caller's promise. A string is not converted, and is read at once.
    unsafe {
        if ffi::lua_type(state, -1) != ffi::LUA_TSTRING {
            return None;
        }
        let mut length = 0;
        let text = ffi::lua_tolstring(state, -1, &raw mut length);
        Some(std::slice::from_raw_parts(text.cast::<u8>(), length).into())
    }
}

/// The frames of a coroutine from a level on.
///
/// # Safety
/// `on` runs a function of ours.
unsafe fn frames(
    on: *mut ffi::lua_State,
    of: *mut ffi::lua_State,
    level: i32,
) -> Option<Box<[u8]>> {
    // SAFETY: the caller's promise. The closure owns nothing; the string on top is copied before it is
    // dropped.
    unsafe {
        let made = protect(on, 1, |state| {
            ffi::luaL_traceback(state, of, std::ptr::null(), level);
        });
        let frames = if made.is_ok() { message(on) } else { None };
        ffi::lua_pop(on, 1);
        frames
    }
}

impl Call<'_> {
    /// The trace of the error in the first argument of a message handler. `level` is how many functions have
    /// been called since the error was raised, this one included.
    pub(crate) fn trace(&self, level: i32) -> Option<Trace> {
        if !self.is_string(1) {
            return None;
        }
        let message = self.bytes(1).ok()?.into();
        // SAFETY: a function of ours runs. The protected call adds a function.
        let frames = unsafe { frames(self.state(), self.state(), level + 1) };
        Some(Trace { message: Some(message), frames })
    }
}
