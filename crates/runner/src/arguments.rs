//! The global table `arg`, and a script's arguments.

use std::ffi::OsString;

use mlua::prelude::*;

use crate::failure::Failure;

/// Sets the global `arg`: the word at `origin` has index 0, what stands before it has negative
/// indices, and what follows are the script's arguments.
pub(crate) fn publish(lua: &Lua, command_line: &[OsString], origin: usize) -> LuaResult<()> {
    let arg = lua.create_table()?;
    for (position, word) in command_line.iter().enumerate() {
        let index = position as i64 - origin as i64;
        arg.raw_set(index, lua.create_string(word.as_encoded_bytes())?)?;
    }
    lua.globals().set("arg", arg)
}

/// What a script gets as `...`: the list in `arg`, which code run before it may have changed.
pub(crate) fn for_script(lua: &Lua) -> Result<LuaMultiValue, Failure> {
    match lua.globals().get("arg")? {
        LuaValue::Table(arg) => Ok(arg.sequence_values().collect::<LuaResult<_>>()?),
        _ => Err(Failure::new("'arg' is not a table")),
    }
}
