//! Moonwire's Lua modules, on mlua, for Lua 5.1 to 5.5 and LuaJIT.
//!
//! A Rust program that embeds Lua makes them available with one call:
//!
//! ```
//! use mlua::Lua;
//!
//! # fn main() -> mlua::Result<()> {
//! let lua = Lua::new();
//! moonwire::preload(&lua)?;
//! let port: u16 = lua
//!     .load(
//!         r#"
//!         local minisock = require "minisock"
//!         local server = assert(minisock.bind("127.0.0.1", 0))
//!         local _, port = minisock.getnameinfo(minisock.getsockname(server), true)
//!         minisock.close(server)
//!         return port
//!         "#,
//!     )
//!     .eval()?;
//! assert_ne!(port, 0);
//! # Ok(())
//! # }
//! ```
//!
//! This crate chooses neither a Lua version nor a build mode: the embedder does, with the features
//! of its own dependency on `mlua`.

#![deny(unsafe_code)]

mod convert;
mod drive;
mod llsocket;
mod lsocket;
mod minisock;
mod moonwire;
#[allow(unsafe_code)]
mod native;
mod scheduler;
mod ssocket;

use mlua::{Error, Lua, Result, Table};

use crate::native::{Call, Function, Library, Outcome, Raise};

pub use crate::native::push_opener;
pub use moonwire_sockets::is_signal_caught;

pub use crate::native::{Interruptible, interrupt, interruptible};

/// Moonwire's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Every module, by the name that `require` knows it by.
static LIBRARIES: &[&Library] = &[
    &moonwire::LIBRARY,
    &minisock::LIBRARY,
    &lsocket::LIBRARY,
    &ssocket::LIBRARY,
    &llsocket::LIBRARY,
    &llsocket::INET,
    &llsocket::UNIX,
    &llsocket::SOCKET,
    &llsocket::DEVICE,
];

/// The names of all modules.
pub fn module_names() -> impl Iterator<Item = &'static str> {
    LIBRARIES.iter().map(|library| library.name)
}

/// Opens the module called `name` in this Lua state and returns its table.
///
/// # Errors
/// `RuntimeError` where there is no such module, and what Lua raises while the table is made (out of
/// memory).
pub fn open(lua: &Lua, name: &str) -> Result<Table> {
    match library(name.as_bytes()) {
        Some(library) => native::open(lua, library),
        None => Err(Error::RuntimeError(format!("Moonwire has no module '{name}'"))),
    }
}

fn library(name: &[u8]) -> Option<&'static Library> {
    LIBRARIES.iter().copied().find(|library| library.name.as_bytes() == name)
}

/// What [`push_opener`] pushes.
static OPENER: Function = Function::new("moonwire.core", open_by_name);

fn open_by_name(mut call: Call<'_>) -> Outcome<'_> {
    match library(call.bytes(1)?) {
        Some(library) => Ok(call.open(library)?.into()),
        None => Err(Raise::argument(1, "no module of Moonwire")),
    }
}

/// Makes every module available to `require` in this Lua state. Nothing is loaded before it is
/// asked for.
///
/// # Errors
/// What Lua raises, for instance where the state has no `package` library.
pub fn preload(lua: &Lua) -> Result<()> {
    for name in module_names() {
        lua.preload_module(name, lua.create_function(move |lua, ()| open(lua, name))?)?;
    }
    Ok(())
}
