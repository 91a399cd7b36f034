//! The parts of a module that are written in Lua.

use mlua::ffi;

use super::library::{Library, push_library};

/// Lua source that adds to a module. It is called with the module's table and that of `natives`, which
/// nobody else gets to see.
pub(crate) struct Script {
    /// What errors call it.
    pub(crate) name: &'static std::ffi::CStr,
    pub(crate) source: &'static str,
    pub(crate) natives: &'static Library,
}

/// Runs a script for the module whose table is on top of the stack.
///
/// # Safety
/// `state` has ten free stack slots, and a Lua error may leave this frame.
pub(super) unsafe fn run(state: *mut ffi::lua_State, script: &Script) {
    // SAFETY: the caller's promise; the source is readable for its length.
    unsafe {
        let status = ffi::luaL_loadbufferx(
            state,
            script.source.as_ptr().cast(),
            script.source.len(),
            script.name.as_ptr(),
            c"t".as_ptr(),
        );
        if status != ffi::LUA_OK {
            ffi::lua_error(state);
        }
        ffi::lua_pushvalue(state, -2);
        push_library(state, script.natives);
        ffi::lua_call(state, 2, 0);
    }
}
