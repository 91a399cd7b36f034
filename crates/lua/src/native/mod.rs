//! Functions that Lua calls directly, and the only unsafe code of the crate.
//!
//! mlua makes Lua functions of Rust closures, but what such a function raises is a userdata, and it
//! cannot suspend the coroutine that calls it on every Lua version. Programs written for older
//! libraries match error strings, and blocking calls must become suspending ones. So functions are C
//! functions of our own, on mlua's `ffi`, which is the same for all Lua versions.
//!
//! # The contract
//!
//! Lua raises errors with `longjmp`, which skips destructors (LuaJIT by unwinding, which Rust must not
//! catch). So a call has two halves:
//!
//! * the *body* ([`Function::body`]) is safe Rust. It reads arguments and does the work through
//!   [`Call`], none of whose methods lets a Lua error through: those that may meet one run it under
//!   `lua_pcall`;
//! * `dispatch` pushes what the body returns, which borrows and never owns ([`Reply`], [`Raise`]),
//!   and raises errors, in frames that hold nothing to be dropped.
//!
//! What a reply borrows lies in the [`Scratch`](moonwire_sockets::Scratch) of the call, on the Lua
//! stack, or is `'static`. A finaliser that runs while a reply is pushed may call in again: its call has
//! a scratch of its own.
//!
//! So no reply borrows what an object holds: `lua_pushlstring` may collect garbage *before* it copies
//! (it does on Lua 5.1, 5.2 and LuaJIT), and a finaliser could have the object change its bytes under
//! the reply. Short bytes of an object's buffer go through the scratch; long ones are made a Lua
//! string in the body, under protection, while a guard on the buffer keeps everybody else from
//! changing it. See `convert::buffered`.
//!
//! # Calls that wait in a task
//!
//! A call that waits ends in one of two ways, and its body cannot tell them apart (`stacks`, `suspend`):
//!
//! * the coroutine is suspended. The body returns [`Raise::Suspended`], and its frames are gone; what is left
//!   of the call, an operation and a closure that words its result, is kept by the scheduler, and goes on in a
//!   continuation with the same arguments on the same stack. It may therefore borrow arguments, and nothing
//!   else that does not outlive the coroutine. Dropping it reads nothing that it borrows: where the state is
//!   closed, that may be gone already.
//! * the C stack is parked: all frames stay as they are, and others run meanwhile on other stacks. Where nobody
//!   comes back to them, at the end of the Lua state, the driver drops what it has been given; whatever else
//!   they own is lost.
//!
//! So nothing is borrowed from a cell or a thread-local while a call waits. What it borrows from Lua, the scheduler
//! keeps a list of, and it does not go on where any of that has gone (`borrowed`). What a body owns while Lua
//! runs within it is listed too (`held`).
//!
//! A panic in a body becomes a Lua error; it never crosses Lua's frames. What runs under `lua_pcall`
//! does not panic.

mod borrowed;
mod build;
mod call;
mod dispatch;
mod fields;
mod file;
mod held;
mod interruption;
mod library;
mod lists;
mod memory;
mod named_fields;
mod numbering;
mod object;
mod prefetch;
mod raising;
mod reply;
mod script;
mod singleton;
mod stacks;
mod suspend;
mod table;
mod thread;
mod trace;
mod versions;

pub(crate) use borrowed::{Borrowed, ObjectId};
pub(crate) use build::Builder;
pub(crate) use call::Call;
pub(crate) use held::release_held;
pub(crate) use interruption::{INTERRUPTED, Target};
pub use interruption::{Interruptible, interrupt, interruptible};
pub use library::push_opener;
pub(crate) use library::{Constant, Function, Library, open, strict};
pub(crate) use lists::Pairs;
pub(crate) use memory::is_there_memory;
pub(crate) use named_fields::UnknownField;
pub(crate) use object::{Class, Object};
pub(crate) use prefetch::prefetch;
pub(crate) use reply::{Built, Outcome, Raise, Reply, Value};
pub(crate) use script::Script;
pub(crate) use singleton::CLOSING;
pub(crate) use stacks::{Parked, Ran, Stack, Stacks, park, stay};
pub(crate) use suspend::{Continue, Suspended};
pub(crate) use table::{Item, NotAnObject};
pub(crate) use thread::{Resumed, Thread};
pub(crate) use trace::Trace;
