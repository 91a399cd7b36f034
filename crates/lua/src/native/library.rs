//! Modules as tables of data.

use std::ptr;

use mlua::{Lua, Table, ffi};

use super::call::Call;
use super::dispatch::{self, push_text};
use super::object::{self, Class};
use super::reply::{Built, Outcome, Raise};
use super::script::{self, Script};

/// A function of a module, or a method.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// The work, see the contract in `native`.
    pub(super) body: for<'c> fn(Call<'c>) -> Outcome<'c>,
    /// How many values lie on the stack before the first argument: the object of a method.
    pub(super) arguments_after: i32,
    /// Whether a number is refused where a string is expected, and a string where a number is: Lua
    /// converts both.
    pub(super) is_strict: bool,
}

impl Function {
    /// A function of a module.
    pub(crate) const fn new(
        name: &'static str,
        body: for<'c> fn(Call<'c>) -> Outcome<'c>,
    ) -> Function {
        Function { name, body, arguments_after: 0, is_strict: false }
    }

    /// A method: argument 1 is the one after the object.
    pub(crate) const fn method(
        name: &'static str,
        body: for<'c> fn(Call<'c>) -> Outcome<'c>,
    ) -> Function {
        Function { name, body, arguments_after: 1, is_strict: false }
    }
}

/// The same functions, which convert no argument: a number is no string, and a string no number.
pub(crate) const fn strict<const COUNT: usize>(
    mut functions: [Function; COUNT],
) -> [Function; COUNT] {
    let mut index = 0;
    while index < COUNT {
        functions[index].is_strict = true;
        index += 1;
    }
    functions
}

/// A constant of a module.
pub(crate) enum Constant {
    Integer(i64),
    Text(&'static str),
    /// A module within the module: the same table that `require` gives for it.
    Library(&'static Library),
    /// The methods of a class, for a script to add to.
    Methods(&'static Class),
}

/// A module: its name for `require`, and what its table holds.
pub(crate) struct Library {
    pub(crate) name: &'static str,
    pub(crate) functions: &'static [Function],
    pub(crate) classes: &'static [&'static Class],
    pub(crate) constants: &'static [(&'static str, Constant)],
    /// What is written in Lua.
    pub(crate) script: Option<&'static Script>,
}

/// The table of a module. A state has one for each.
pub(crate) fn open(lua: &Lua, library: &'static Library) -> mlua::Result<Table> {
    // SAFETY: `exec_raw` runs the closure under `lua_pcall`, and the closure holds nothing that
    // would have to be dropped.
    unsafe { lua.exec_raw((), |state| push_library(state, library)) }
}

/// Pushes a function from a module's name to the module, for a library that a Lua interpreter loads.
///
/// It needs no [`Lua`]. That remembers the coroutine that it was made in, which may be collected long
/// before the function is called again.
///
/// # Safety
/// `state` is a Lua state of the version that this program or library was built for, with four free
/// stack slots. A Lua error (out of memory) may leave this frame and that of the caller.
pub unsafe fn push_opener(state: *mut ffi::lua_State) {
    // SAFETY: the caller's promise.
    unsafe { dispatch::push_function(state, &crate::OPENER, None) };
}

impl Call<'_> {
    /// The table of a module, for the reply.
    pub(crate) fn open(&mut self, library: &'static Library) -> Result<Built, Raise> {
        // SAFETY: what is built may raise, and nothing in between has to be dropped.
        self.build(|builder| unsafe { push_library(builder.state(), library) })
    }
}

/// # Safety
/// A Lua error may leave this frame.
pub(super) unsafe fn push_library(state: *mut ffi::lua_State, library: &'static Library) {
    // SAFETY: the caller's promise.
    unsafe {
        ffi::luaL_checkstack(state, 10, c"cannot open a module".as_ptr());
        let key = ptr::from_ref(library).cast();
        ffi::lua_rawgetp(state, ffi::LUA_REGISTRYINDEX, key);
        if ffi::lua_isnil(state, -1) == 0 {
            return;
        }
        ffi::lua_pop(state, 1);
        let size = library.functions.len() + library.constants.len();
        ffi::lua_createtable(state, 0, i32::try_from(size).unwrap_or(0));
        for class in library.classes {
            object::register(state, class);
        }
        for function in library.functions {
            push_text(state, function.name);
            dispatch::push_function(state, function, None);
            ffi::lua_rawset(state, -3);
        }
        for (name, constant) in library.constants {
            push_text(state, name);
            match constant {
                Constant::Integer(value) => ffi::lua_pushinteger(state, *value),
                Constant::Text(text) => push_text(state, text),
                Constant::Library(library) => push_library(state, library),
                Constant::Methods(class) => object::push_methods(state, class),
            }
            ffi::lua_rawset(state, -3);
        }
        if let Some(script) = library.script {
            script::run(state, script);
        }
        ffi::lua_pushvalue(state, -1);
        ffi::lua_rawsetp(state, ffi::LUA_REGISTRYINDEX, key);
    }
}
