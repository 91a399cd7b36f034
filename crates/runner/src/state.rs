//! A process and a Lua state as the stock interpreter has them. The program's only unsafe code is
//! here.

#![allow(unsafe_code)]

use std::mem::MaybeUninit;
use std::sync::OnceLock;

use mlua::prelude::*;
use mlua::{LuaOptions, StdLib};

use crate::search_paths;

/// Lets a write to a closed pipe end the process, as it ends other programs: Rust ignores the
/// signal, and Lua's `print` would go on for ever.
pub(crate) fn die_of_broken_pipes() {
    // SAFETY: `SIG_DFL` is no handler of ours, so nothing is run in a signal's context, and no
    // other thread exists yet.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// Lets `^C` interrupt what Lua does ([`moonwire::interrupt`]). Where nothing can be interrupted, and the
/// second time, it ends the process.
pub(crate) fn heed_interrupts() {
    // Not restarted, system calls return when the signal comes.
    //
    // SAFETY: zeroes are a valid `sigaction`: no flags and an empty mask. The handler makes only calls that
    // a handler may make.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_interrupt as extern "C" fn(libc::c_int) as libc::sighandler_t;
        libc::sigaction(libc::SIGINT, &raw const action, std::ptr::null_mut());
    }
}

/// Does what `^C` does, from another thread: a line editor's terminal has no such key.
pub(crate) fn interrupt_main_thread() {
    // SAFETY: sends a signal to a thread of this process.
    unsafe { send_to_main_thread(libc::SIGINT) };
}

/// # Safety
/// The signal has a handler, or ends the process.
unsafe fn send_to_main_thread(signal: libc::c_int) {
    // SAFETY: takes no memory. The main thread has the number of the process.
    unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), libc::getpid(), signal) };
}

extern "C" fn on_interrupt(signal: libc::c_int) {
    // SAFETY: the calls may be made in a handler, and `errno` is the one of this thread.
    unsafe {
        let errno = *libc::__errno_location();
        if libc::gettid() != libc::getpid() {
            // Lua runs in the main thread.
            send_to_main_thread(signal);
        } else if !moonwire::is_signal_caught(signal) && !moonwire::interrupt() {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
        *libc::__errno_location() = errno;
    }
}

/// What the terminal was like before a line editor took it.
static TERMINAL: OnceLock<libc::termios> = OnceLock::new();

/// Makes the terminal at the end of the process what it is now. A task can end the process while the line
/// editor has the terminal.
pub(crate) fn restore_terminal_at_exit() {
    extern "C" fn restore() {
        if let Some(terminal) = TERMINAL.get() {
            // SAFETY: the settings were read from a terminal.
            unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, terminal) };
        }
    }
    let mut terminal = MaybeUninit::uninit();
    // SAFETY: the settings are read where the call has written them.
    unsafe {
        if libc::tcgetattr(libc::STDIN_FILENO, terminal.as_mut_ptr()) == 0
            && TERMINAL.set(terminal.assume_init()).is_ok()
        {
            libc::atexit(restore);
        }
    }
}

/// A state with every standard library, C modules allowed, and every Moonwire module preloaded.
pub(crate) fn create(ignore_environment: bool) -> LuaResult<Lua> {
    // The default options keep the original `pcall` and `xpcall`.
    //
    // SAFETY: `debug`, `ffi` and C modules can break Rust's promises about this state, as they can
    // break those of any interpreter; that scripts may use them is what this program offers.
    let lua = unsafe { Lua::unsafe_new_with(StdLib::NONE, LuaOptions::new()) };
    load_libraries(&lua)?;
    search_paths::set(&lua, ignore_environment)?;
    #[cfg(feature = "luajit")]
    hide_ffi(&lua)?;
    #[cfg(any(feature = "lua54", feature = "lua55"))]
    {
        use mlua::state::{GcGenParams, GcMode};
        // The stock interpreter runs these Luas with the generational collector.
        lua.gc_set_mode(GcMode::Generational(GcGenParams::default()));
        crate::warnings::install(&lua);
    }
    moonwire::preload(&lua)?;
    Ok(lua)
}

/// Loads the standard libraries. `package` does not read the environment: `search_paths` does.
#[cfg(not(feature = "lua51"))]
fn load_libraries(lua: &Lua) -> LuaResult<()> {
    const IGNORE_ENVIRONMENT: &str = "LUA_NOENV";
    lua.set_named_registry_value(IGNORE_ENVIRONMENT, true)?;
    lua.load_std_libs(StdLib::ALL)?;
    lua.unset_named_registry_value(IGNORE_ENVIRONMENT)
}

/// Loads the standard libraries. `package` finds nothing in the environment, which Lua 5.1 cannot be told to
/// ignore: `search_paths` reads it.
#[cfg(feature = "lua51")]
fn load_libraries(lua: &Lua) -> LuaResult<()> {
    let variables = ["LUA_PATH", "LUA_CPATH"].map(|name| (name, std::env::var_os(name)));
    for (name, _) in &variables {
        // SAFETY: the process has one thread as yet.
        unsafe { std::env::remove_var(name) };
    }
    let loaded = lua.load_std_libs(StdLib::ALL);
    for (name, value) in variables {
        if let Some(value) = value {
            // SAFETY: as above.
            unsafe { std::env::set_var(name, value) };
        }
    }
    loaded
}

/// Makes `ffi` what it is in the stock LuaJIT: no global, but a module to be required.
#[cfg(feature = "luajit")]
fn hide_ffi(lua: &Lua) -> LuaResult<()> {
    let package: LuaTable = lua.globals().get("package")?;
    let ffi: LuaTable = lua.globals().get("ffi")?;
    package.get::<LuaTable>("loaded")?.set("ffi", LuaNil)?;
    lua.globals().set("ffi", LuaNil)?;
    lua.preload_module("ffi", lua.create_function(move |_, ()| Ok(ffi.clone()))?)
}
