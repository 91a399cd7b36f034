//! Error values, which can be anything, put into words.

use mlua::prelude::*;

use crate::failure;

/// Explains error values, with functions of the state as they were before any script could replace
/// them.
#[derive(Clone)]
pub(super) struct Explainer {
    getmetatable: LuaFunction,
    pcall: LuaFunction,
    traceback: LuaFunction,
}

/// An error value in words.
pub(super) struct Message {
    /// The words.
    pub(super) text: Vec<u8>,
    /// Whether they are the value's own choice (`__tostring`), to which nothing is added.
    is_final: bool,
}

/// How many lines of a traceback, at its end, are frames of this program's protected call.
const OWN_LINES: usize = if cfg!(feature = "lua51") { 2 } else { 1 };

/// How a traceback ends in the stock interpreter: with the C function that made the call.
const LAST_LINE: &[u8] = if cfg!(feature = "lua51") { b"\n\t[C]: ?" } else { b"\n\t[C]: in ?" };

/// The level from which a traceback starts: 0 is `debug.traceback`, 1 the message handler.
const FIRST_LEVEL: usize = 2;

impl Explainer {
    /// Takes what it needs from a fresh state.
    pub(super) fn new(lua: &Lua) -> LuaResult<Self> {
        let debug: LuaTable = lua.globals().get("debug")?;
        Ok(Self {
            getmetatable: debug.get("getmetatable")?,
            pcall: lua.globals().get("pcall")?,
            traceback: debug.get("traceback")?,
        })
    }

    /// The function for `xpcall` that makes an error value a message with a traceback.
    pub(super) fn message_handler(&self, lua: &Lua) -> LuaResult<LuaFunction> {
        let explainer = self.clone();
        lua.create_function(move |lua, error: LuaValue| {
            let message = explainer.message(lua, error)?;
            if message.is_final {
                return lua.create_string(message.text);
            }
            let traced: LuaString =
                explainer.traceback.call((lua.create_string(&message.text)?, FIRST_LEVEL))?;
            lua.create_string(with_stock_ending(&traced.as_bytes()))
        })
    }

    /// The message that an error value stands for.
    pub(super) fn message(&self, lua: &Lua, error: LuaValue) -> LuaResult<Message> {
        if let LuaValue::Error(error) = &error {
            let text = failure::text_of(error).into_bytes();
            return Ok(Message { text, is_final: false });
        }
        if let Some(text) = lua.coerce_string(error.clone())? {
            return Ok(Message { text: text.as_bytes().to_vec(), is_final: false });
        }
        let kind = type_name(&error);
        let text = match self.own_words(error)? {
            Some(Ok(text)) => {
                return Ok(Message { text, is_final: true });
            }
            Some(Err(inner)) => {
                let inner = type_or_text(lua, inner)?;
                format!("(error object is a {kind} value, and its __tostring failed: {inner})")
            }
            None => format!("(error object is a {kind} value)"),
        };
        Ok(Message { text: text.into_bytes(), is_final: false })
    }

    /// What the value's `__tostring` returns, if it has one that returns a string, or the error
    /// that it raises.
    fn own_words(&self, error: LuaValue) -> LuaResult<Option<Result<Vec<u8>, LuaValue>>> {
        let Some(metatable) = self.getmetatable.call::<Option<LuaTable>>(&error)? else {
            return Ok(None);
        };
        let convert: LuaValue = metatable.raw_get("__tostring")?;
        if convert.is_nil() {
            return Ok(None);
        }
        Ok(match self.pcall.call((convert, error))? {
            (true, LuaValue::String(text)) => Some(Ok(text.as_bytes().to_vec())),
            (true, _) => None,
            (false, inner) => Some(Err(inner)),
        })
    }
}

/// An error value as text, or else its type.
fn type_or_text(lua: &Lua, error: LuaValue) -> LuaResult<String> {
    let kind = type_name(&error);
    let text = lua.coerce_string(error)?;
    Ok(text.map_or_else(|| kind.to_owned(), |text| text.to_string_lossy()))
}

/// The name that Lua's `type` gives to a value; mlua distinguishes more kinds.
fn type_name(value: &LuaValue) -> &'static str {
    match value {
        LuaValue::LightUserData(_) => "userdata",
        other => other.type_name(),
    }
}

/// Replaces the lines of our own frames by the one that the stock interpreter has in their place.
fn with_stock_ending(traceback: &[u8]) -> Vec<u8> {
    let mut kept = traceback;
    for _ in 0..OWN_LINES {
        if let Some(end) = kept.iter().rposition(|&byte| byte == b'\n') {
            kept = &kept[..end];
        }
    }
    [kept, LAST_LINE].concat()
}
