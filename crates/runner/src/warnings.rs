//! Lua's warnings, written to standard error once they are turned on. mlua's states have no
//! warning function, so this one does what the stock interpreter's does.

use std::cell::Cell;
use std::io::{self, Write};

use mlua::prelude::*;

/// Gives the state a warning function, which is off at first.
pub(crate) fn install(lua: &Lua) {
    let is_on = Cell::new(false);
    let is_continuing = Cell::new(false);
    lua.set_warning_function(move |_, piece, is_incomplete| {
        let was_continuing = is_continuing.replace(is_incomplete);
        let is_whole = !was_continuing && !is_incomplete;
        match piece.strip_prefix('@') {
            Some("on") if is_whole => is_on.set(true),
            Some("off") if is_whole => is_on.set(false),
            Some(_) if is_whole => {} // reserved for other implementations
            _ if is_on.get() => write_piece(piece, was_continuing, is_incomplete)?,
            _ => {}
        }
        Ok(())
    });
}

fn write_piece(piece: &str, was_continuing: bool, is_incomplete: bool) -> LuaResult<()> {
    let start = if was_continuing { "" } else { "Lua warning: " };
    let end = if is_incomplete { "" } else { "\n" };
    Ok(write!(io::stderr(), "{start}{piece}{end}")?)
}
