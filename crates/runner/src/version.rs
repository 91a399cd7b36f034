//! What `-v` shows.

use std::io::{self, Write};

use mlua::prelude::*;

use crate::failure::Failure;
use crate::state;

/// Writes the versions of Moonwire and of this state's Lua to standard output.
pub(crate) fn print(lua: &Lua) -> Result<(), Failure> {
    let mut output = io::stdout();
    writeln!(output, "Moonwire {}  {}", moonwire::VERSION, of_lua(lua)?)?;
    Ok(output.flush()?)
}

/// Writes the versions when nothing else is to be done.
pub(crate) fn print_of_fresh_state() -> Result<(), Failure> {
    print(&state::create(true)?)
}

/// The names of a variable of the environment: that for this version of Lua first, then that for all.
/// Lua 5.1, and so LuaJIT, knows only the latter.
pub(crate) fn variables(lua: &Lua, name: &str) -> LuaResult<Vec<String>> {
    let version: String = lua.globals().get("_VERSION")?;
    let versioned = match version.strip_prefix("Lua ") {
        Some("5.1") | None => None,
        Some(number) => Some(format!("{name}_{}", number.replace('.', "_"))),
    };
    Ok(versioned.into_iter().chain([name.to_owned()]).collect())
}

/// The name and version by which this Lua calls itself.
fn of_lua(lua: &Lua) -> LuaResult<String> {
    match lua.globals().get("jit")? {
        Some::<LuaTable>(jit) => jit.get("version"),
        None => lua.globals().get("_VERSION"),
    }
}
