//! A process and a Lua state as the stock interpreter has them. The program's only unsafe code is
//! here.

#![allow(unsafe_code)]

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

extern "C" fn on_interrupt(signal: libc::c_int) {
    // SAFETY: the calls may be made in a handler, and `errno` is the one of this thread.
    unsafe {
        let errno = *libc::__errno_location();
        if libc::gettid() != libc::getpid() {
            // Lua runs in the main thread.
            libc::syscall(libc::SYS_tgkill, libc::getpid(), libc::getpid(), signal);
        } else if !moonwire::is_signal_caught(signal) && !moonwire::interrupt() {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
        *libc::__errno_location() = errno;
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
