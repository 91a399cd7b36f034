//! Modules as tables of data.

use mlua::{Lua, Result, Table, ffi};

use super::call::Call;
use super::dispatch;
use super::reply::Outcome;

/// A function of a module.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// The work, see the contract in `native`.
    pub(crate) body: for<'c> fn(Call<'c>) -> Outcome<'c>,
}

/// A constant of a module.
pub(crate) enum Constant {
    Integer(i64),
    Text(&'static str),
}

/// A module: its name for `require`, and what its table holds.
pub(crate) struct Library {
    pub(crate) name: &'static str,
    pub(crate) functions: &'static [Function],
    pub(crate) constants: &'static [(&'static str, Constant)],
}

/// Makes the table of a module.
pub(crate) fn open(lua: &Lua, library: &'static Library) -> Result<Table> {
    // SAFETY: `exec_raw` runs the closure under `lua_pcall`, and the closure holds nothing that
    // would have to be dropped.
    unsafe {
        lua.exec_raw((), |state| {
            ffi::luaL_checkstack(state, 10, c"cannot open a module".as_ptr());
            let size = library.functions.len() + library.constants.len();
            ffi::lua_createtable(state, 0, i32::try_from(size).unwrap_or(0));
            for function in library.functions {
                push_name(state, function.name);
                dispatch::push_function(state, function);
                ffi::lua_rawset(state, -3);
            }
            for (name, constant) in library.constants {
                push_name(state, name);
                match constant {
                    Constant::Integer(value) => ffi::lua_pushinteger(state, *value),
                    Constant::Text(text) => push_name(state, text),
                }
                ffi::lua_rawset(state, -3);
            }
        })
    }
}

/// # Safety
/// `state` has a free stack slot, and a Lua error may leave this frame.
unsafe fn push_name(state: *mut ffi::lua_State, name: &str) {
    // SAFETY: the text is readable for its length.
    unsafe { ffi::lua_pushlstring(state, name.as_ptr().cast(), name.len()) };
}
