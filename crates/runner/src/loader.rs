//! Text and files made into functions by Lua's own loaders, so that messages, `#!` lines and binary
//! chunks are what they are in the stock interpreter.

use mlua::prelude::*;

use crate::failure::Failure;

/// Lua's loaders, as they were before any script could replace them.
pub(crate) struct Loader {
    load_text: LuaFunction,
    load_file: LuaFunction,
}

/// What Lua's loaders return: a function, or nil and a message.
type Loaded = (Option<LuaFunction>, Option<LuaString>);

impl Loader {
    /// Takes the loaders of a fresh state.
    pub(crate) fn new(lua: &Lua) -> LuaResult<Self> {
        let globals = lua.globals();
        // Where `load` takes only functions, `loadstring` takes text.
        let load_text = match globals.get("loadstring")? {
            Some(loadstring) => loadstring,
            None => globals.get("load")?,
        };
        Ok(Self { load_text, load_file: globals.get("loadfile")? })
    }

    /// Makes text a function; the name, with Lua's prefixes, is what messages call it.
    pub(crate) fn text(&self, lua: &Lua, text: &[u8], name: &str) -> Result<LuaFunction, Failure> {
        finish(self.load_text.call((lua.create_string(text)?, name))?)
    }

    /// Makes a file, or else standard input, a function.
    pub(crate) fn file(&self, lua: &Lua, file: Option<&[u8]>) -> Result<LuaFunction, Failure> {
        let file = file.map(|file| lua.create_string(file)).transpose()?;
        finish(self.load_file.call(file)?)
    }
}

fn finish((function, message): Loaded) -> Result<LuaFunction, Failure> {
    function.ok_or_else(|| {
        let message = message.map(|message| message.as_bytes().to_vec());
        Failure::new(message.unwrap_or_default())
    })
}
