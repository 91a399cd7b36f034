//! What the program does, in its order.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};

use mlua::prelude::*;

use crate::arguments;
use crate::failure::Failure;
use crate::interpreter::Interpreter;
use crate::options::{Options, Prelude, Script};
use crate::repl;
use crate::version;

/// Runs what the options ask for. What fails ends the program, except in the REPL.
pub(crate) fn run(options: &Options, command_line: &[OsString]) -> Result<(), Failure> {
    let interpreter = Interpreter::new(options.ignore_environment)?;
    if options.show_version {
        version::print(&interpreter.lua)?;
    }
    let origin = options.script.as_ref().map_or(0, |script| script.index);
    arguments::publish(&interpreter.lua, command_line, origin)?;
    if !options.ignore_environment {
        run_initial_code(&interpreter)?;
    }
    for prelude in &options.preludes {
        run_prelude(&interpreter, prelude)?;
    }
    if let Some(script) = &options.script {
        run_script(&interpreter, script)?;
    }
    if options.interactive {
        repl::run(&interpreter)
    } else if options.want_standard_input() {
        run_standard_input(&interpreter)
    } else {
        Ok(())
    }
}

/// Runs the code in the environment: that for this version of Lua, or else that for all.
fn run_initial_code(interpreter: &Interpreter) -> Result<(), Failure> {
    for name in version::variables(&interpreter.lua, "LUA_INIT")? {
        let Some(code) = env::var_os(&name) else {
            continue;
        };
        let code = code.as_encoded_bytes();
        let chunk = match code.strip_prefix(b"@") {
            Some(file) => interpreter.load_file(Some(file))?,
            None => interpreter.load_text(code, &format!("={name}"))?,
        };
        interpreter.call(LuaValue::Function(chunk), ())?;
        break;
    }
    Ok(())
}

fn run_prelude(interpreter: &Interpreter, prelude: &Prelude) -> Result<(), Failure> {
    match prelude {
        Prelude::Execute(text) => {
            let chunk = interpreter.load_text(text.as_encoded_bytes(), "=(command line)")?;
            interpreter.call(LuaValue::Function(chunk), ())?;
            Ok(())
        }
        Prelude::Require(request) => require(interpreter, request),
        Prelude::Warnings => {
            #[cfg(any(feature = "lua54", feature = "lua55"))]
            interpreter.lua.warning("@on", false);
            Ok(())
        }
    }
}

/// Requires a module into a global: `global=module`, or a module's name, from whose end a version
/// (`-…`) is left out.
fn require(interpreter: &Interpreter, request: &OsStr) -> Result<(), Failure> {
    let request = request.as_encoded_bytes();
    let (global, module) = match split_at(request, b'=') {
        Some(pair) => pair,
        None => (split_at(request, b'-').map_or(request, |(name, _)| name), request),
    };
    let lua = &interpreter.lua;
    let require: LuaValue = lua.globals().get("require")?;
    let results = interpreter.call(require, lua.create_string(module)?)?;
    let value = results.into_iter().next().unwrap_or(LuaNil);
    Ok(lua.globals().set(lua.create_string(global)?, value)?)
}

fn split_at(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let position = text.iter().position(|&byte| byte == separator)?;
    Some((&text[..position], &text[position + 1..]))
}

fn run_script(interpreter: &Interpreter, script: &Script) -> Result<(), Failure> {
    let chunk = interpreter.load_file(script.file.as_ref().map(|file| file.as_encoded_bytes()))?;
    let arguments = arguments::for_script(&interpreter.lua)?;
    interpreter.call(LuaValue::Function(chunk), arguments)?;
    Ok(())
}

/// Runs standard input: a conversation if it is a terminal, a script if not.
fn run_standard_input(interpreter: &Interpreter) -> Result<(), Failure> {
    if io::stdin().is_terminal() {
        version::print(&interpreter.lua)?;
        return repl::run(interpreter);
    }
    let chunk = interpreter.load_file(None)?;
    interpreter.call(LuaValue::Function(chunk), ())?;
    Ok(())
}
