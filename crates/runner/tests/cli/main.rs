//! The program `moonwire`, run as its users run it. What depends on the embedded Lua's version says
//! so with `cfg!(feature = …)`.

mod conversation;
mod environment;
mod errors;
mod interrupt;
mod options;
mod program;
mod script;
mod state;
mod terminal;
