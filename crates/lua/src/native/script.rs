//! The parts of a module that are written in Lua.

use mlua::ffi;

use super::library::{Library, push_library};

/// Lua sources that add to a module. Each is called with the module's table and that of `natives`, which
/// nobody else gets to see.
pub(crate) struct Script {
    /// What errors call each, and its source.
    pub(crate) sources: &'static [(&'static std::ffi::CStr, &'static str)],
    pub(crate) natives: &'static Library,
}

/// Runs the sources of a script, in order, for the module whose table is on top of the stack.
///
/// # Safety
/// `state` has ten free stack slots, and a Lua error may leave this frame.
pub(super) unsafe fn run(state: *mut ffi::lua_State, script: &Script) {
    for (name, source) in script.sources {
        // SAFETY: the caller's promise; the source is readable for its length.
        unsafe {
            let status = ffi::luaL_loadbufferx(
                state,
                source.as_ptr().cast(),
                source.len(),
                name.as_ptr(),
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
}
