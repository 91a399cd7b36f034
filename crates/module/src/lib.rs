//! The native library that a stock Lua interpreter loads as `moonwire.core`.
//!
//! There is one for all modules: what `require "minisock"` finds is a line of Lua that asks this one
//! for the module, so that all modules of a Lua state share one copy of the native code.

use std::ffi::c_int;

use mlua::ffi;

/// `require "moonwire.core"`: a function from a module's name to the module.
///
/// # Safety
/// Lua calls this with a state of the version that this library was built for.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn luaopen_moonwire_core(state: *mut ffi::lua_State) -> c_int {
    // SAFETY: the caller's promise; a C function has free stack slots, and this frame holds nothing to
    // be dropped.
    unsafe { moonwire::push_opener(state) };
    1
}
