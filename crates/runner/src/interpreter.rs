//! A Lua state together with what it takes to run code in it as the stock interpreter does: under
//! Lua's own protected calls, which hand error values on unchanged.

mod error_value;

use mlua::prelude::*;

use self::error_value::Explainer;
use crate::failure::Failure;
use crate::loader::Loader;
use crate::state;

/// The state, and functions of it as they were before any script could replace them.
pub(crate) struct Interpreter {
    /// The state.
    pub(crate) lua: Lua,
    /// Makes code into functions.
    loader: Loader,
    explainer: Explainer,
    message_handler: LuaFunction,
    pcall: LuaFunction,
    xpcall: LuaFunction,
    #[cfg(feature = "lua51")]
    bind: LuaFunction,
}

/// Lua 5.1's `xpcall` passes no arguments on. What is called in the end is either a chunk, for which
/// the tail call makes place, or the global `require`, of which messages shall say that name.
#[cfg(feature = "lua51")]
const BIND: &str = "local select, unpack = select, unpack \
    return function(require, ...) \
        local count, arguments = select('#', ...), {...} \
        return function() return require(unpack(arguments, 1, count)) end \
    end";

impl Interpreter {
    /// Makes a state.
    pub(crate) fn new(ignore_environment: bool) -> LuaResult<Self> {
        let lua = state::create(ignore_environment)?;
        let explainer = Explainer::new(&lua)?;
        Ok(Self {
            loader: Loader::new(&lua)?,
            message_handler: explainer.message_handler(&lua)?,
            explainer,
            pcall: lua.globals().get("pcall")?,
            xpcall: lua.globals().get("xpcall")?,
            #[cfg(feature = "lua51")]
            bind: lua.load(BIND).set_name("=(command line)").eval()?,
            lua,
        })
    }

    /// Makes text a function; the name, with Lua's prefixes, is what messages call it.
    pub(crate) fn load_text(&self, text: &[u8], name: &str) -> Result<LuaFunction, Failure> {
        self.loader.text(&self.lua, text, name)
    }

    /// Makes a file, or else standard input, a function.
    pub(crate) fn load_file(&self, file: Option<&[u8]>) -> Result<LuaFunction, Failure> {
        self.loader.file(&self.lua, file)
    }

    /// Calls a value; an error becomes a message with a traceback. `^C` is such an error.
    pub(crate) fn call(
        &self,
        callee: LuaValue,
        arguments: impl IntoLuaMulti,
    ) -> Result<LuaMultiValue, Failure> {
        let handler = &self.message_handler;
        let _interruptible = moonwire::interruptible(&self.lua)?;
        #[cfg(feature = "lua51")]
        let results = {
            let arguments = arguments.into_lua_multi(&self.lua)?;
            let bound: LuaFunction = self.bind.call((callee, arguments))?;
            self.xpcall.call((bound, handler))?
        };
        #[cfg(not(feature = "lua51"))]
        let results = self.xpcall.call((callee, handler, arguments.into_lua_multi(&self.lua)?))?;
        self.finish(results)
    }

    /// Calls a value; an error becomes a message without a traceback.
    pub(crate) fn call_briefly(
        &self,
        callee: LuaValue,
        arguments: impl IntoLuaMulti,
    ) -> Result<LuaMultiValue, Failure> {
        let arguments = arguments.into_lua_multi(&self.lua)?;
        let _interruptible = moonwire::interruptible(&self.lua)?;
        self.finish(self.pcall.call((callee, arguments))?)
    }

    fn finish(&self, mut results: LuaMultiValue) -> Result<LuaMultiValue, Failure> {
        match results.pop_front() {
            Some(LuaValue::Boolean(true)) => Ok(results),
            _ => {
                let error = results.pop_front().unwrap_or(LuaNil);
                Err(Failure::new(self.explainer.message(&self.lua, error)?.text))
            }
        }
    }
}
