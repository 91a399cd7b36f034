//! What not every Lua version has.
//!
//! The crate does not know which version it is built for. A function's glob import of mlua's `ffi` comes
//! before what stands at the top of this file, so each name here is the one of `ffi` where there is one,
//! and the stand-in otherwise.

use std::ffi::c_int;
use std::mem;
use std::ptr;

use mlua::ffi::lua_State;

/// A function that goes on where a coroutine was suspended, `lua_KFunction`.
pub(super) type Continuation = unsafe extern "C-unwind" fn(*mut lua_State, c_int, isize) -> c_int;

type YieldWithContinuation =
    unsafe extern "C-unwind" fn(*mut lua_State, c_int, isize, Option<Continuation>) -> c_int;

/// Stands in on Lua 5.1, 5.2 and LuaJIT, which do not tell.
#[allow(dead_code)]
unsafe fn lua_isyieldable(_: *mut lua_State) -> c_int {
    0
}

/// Stands in on Lua 5.1 and LuaJIT.
#[allow(dead_code)]
unsafe extern "C-unwind" fn lua_yieldk() {}

/// Stands in where coroutines have no globals of their own.
#[allow(dead_code)]
const LUA_GLOBALSINDEX: c_int = 0;

/// Stands in before Lua 5.4, where nothing is to be closed, and calls what replaces it in Lua 5.5.
#[allow(dead_code)]
unsafe fn lua_resetthread(state: *mut lua_State) -> c_int {
    /// Stands in before Lua 5.4.
    #[allow(dead_code)]
    unsafe fn lua_closethread(_: *mut lua_State, _: *mut lua_State) -> c_int {
        0
    }
    #[allow(unused_imports)]
    unsafe fn close(state: *mut lua_State) -> c_int {
        use mlua::ffi::*;
        // SAFETY: the caller's promise.
        unsafe { lua_closethread(state, ptr::null_mut()) }
    }
    // SAFETY: the caller's promise.
    unsafe { close(state) }
}

/// Whether a coroutine has a function at this level: 0 is the one that runs, 1 the one that has called it.
///
/// # Safety
/// `state` is not being resumed elsewhere.
pub(super) unsafe fn has_level(state: *mut lua_State, level: c_int) -> bool {
    let mut record = mem::MaybeUninit::uninit();
    // SAFETY: the caller's promise; the record is not read.
    unsafe { mlua::ffi::lua_getstack(state, level, record.as_mut_ptr()) != 0 }
}

/// Lua 5.1, which LuaJIT has the place of the registry in common with.
const IS_LUA_5_1: bool =
    mlua::ffi::LUA_REGISTRYINDEX == -10000 && mlua::ffi::LUA_SIGNATURE[2] == b'u';

/// Whether a coroutine that has yielded is at its end: its only function is a C function. Such a function has
/// nothing left to do but to return nothing. Lua 5.1 crashes when such a coroutine is resumed (which is why its
/// `coroutine.create` takes Lua functions only), and the other versions can resume it.
///
/// # Safety
/// The coroutine is suspended.
pub(super) unsafe fn cannot_be_resumed(state: *mut lua_State) -> bool {
    // SAFETY: the caller's promise.
    IS_LUA_5_1 && unsafe { !has_level(state, 1) }
}

/// Whether a finaliser may have been called by `lua_close`. That calls them in the main coroutine, or below
/// everything else in one of its own (recent releases of LuaJIT).
///
/// # Safety
/// `state` runs the finaliser, and has a free stack slot.
pub(super) unsafe fn may_be_closing(state: *mut lua_State) -> bool {
    // SAFETY: the caller's promise.
    unsafe { is_main(state) || !has_level(state, 1) }
}

/// Whether this is the main coroutine of its Lua state.
///
/// # Safety
/// `state` has a free stack slot.
pub(super) unsafe fn is_main(state: *mut lua_State) -> bool {
    // SAFETY: the caller's promise. (Lua 5.1 has no name for it in the registry.)
    unsafe {
        let is_main = mlua::ffi::lua_pushthread(state) != 0;
        mlua::ffi::lua_pop(state, 1);
        is_main
    }
}

/// Whether the running C function may suspend its coroutine with [`yield_with`].
///
/// # Safety
/// `state` runs a C function.
#[inline]
pub(super) unsafe fn is_yieldable(state: *mut lua_State) -> bool {
    #[allow(unused_imports)]
    use mlua::ffi::*;
    // SAFETY: the caller's promise.
    unsafe { lua_isyieldable(state) != 0 }
}

/// Suspends the running coroutine. When it is resumed, `continuation` takes the place of the running C
/// function, with the same arguments.
///
/// # Safety
/// [`is_yieldable`] has said so, and a Lua error may leave this frame and that of the caller.
pub(super) unsafe fn yield_with(state: *mut lua_State, continuation: Continuation) -> c_int {
    #[allow(unused_imports)]
    use mlua::ffi::*;
    // SAFETY: a version that can be asked whether a function may yield has `lua_yieldk` with these
    // arguments. Lua 5.2 has it with others, and the stand-in has none: there nobody comes here.
    unsafe {
        let yield_with =
            mem::transmute::<*const (), YieldWithContinuation>(lua_yieldk as *const ());
        yield_with(state, 0, 0, Some(continuation))
    }
}

/// Closes what a coroutine that has failed has left to be closed (`local x <close>`). The error stays on
/// its stack.
///
/// # Safety
/// The coroutine has ended with an error, and nobody is resuming it.
pub(super) unsafe fn close_thread(state: *mut lua_State) {
    #[allow(unused_imports)]
    use mlua::ffi::*;
    // SAFETY: the caller's promise.
    unsafe { lua_resetthread(state) };
}

/// Whether two coroutines have the same table of globals, which only Lua 5.1 and LuaJIT let them have for
/// themselves.
///
/// # Safety
/// Both belong to the same Lua state.
pub(super) unsafe fn have_same_globals(one: *mut lua_State, other: *mut lua_State) -> bool {
    #[allow(unused_imports)]
    use mlua::ffi::*;
    // SAFETY: the index is one that the version knows, and nothing is changed.
    LUA_GLOBALSINDEX == 0
        || unsafe {
            mlua::ffi::lua_topointer(one, LUA_GLOBALSINDEX)
                == mlua::ffi::lua_topointer(other, LUA_GLOBALSINDEX)
        }
}
