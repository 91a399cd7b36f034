//! The modules in Lua states that a Rust program embeds. They run with whichever Lua the program of
//! the workspace is built with.

use std::thread;

use mlua::{Error, Function, Lua, Result};

/// Uses sockets of every kind, and returns how many bytes were received.
const SCRIPT: &str = r#"
    local minisock = require "minisock"
    local listener, address = assert(minisock.bind("127.0.0.1", 0))
    local client = assert(minisock.connect(address))
    local server = assert(minisock.accept(listener))
    local received = 0
    for _ = 1, 100 do
        assert(minisock.write(client, ("x"):rep(1000)))
        received = received + #assert(minisock.read(server, 1000))
    end
    for _, descriptor in ipairs { listener, client, server } do
        assert(minisock.close(descriptor))
    end
    return received
"#;

fn state() -> Result<Lua> {
    let lua = Lua::new();
    moonwire::preload(&lua)?;
    Ok(lua)
}

#[test]
fn every_module_can_be_required() -> Result<()> {
    let lua = state()?;
    for name in moonwire::module_names() {
        let kind: String = lua.load("return type(require(...))").call(name)?;
        assert_eq!(kind, "table", "{name}");
    }
    Ok(())
}

#[test]
fn a_module_is_one_table_however_often_it_is_required() -> Result<()> {
    let lua = state()?;
    assert!(lua.load(r#"return require "minisock" == require "minisock""#).eval::<bool>()?);
    Ok(())
}

#[test]
fn there_is_no_module_by_another_name() -> Result<()> {
    assert!(matches!(moonwire::open(&state()?, "nosuch"), Err(Error::RuntimeError(_))));
    Ok(())
}

#[test]
fn states_in_several_threads_do_not_know_of_each_other() {
    let run = || -> std::result::Result<usize, String> {
        let received = state().and_then(|lua| lua.load(SCRIPT).eval());
        received.map_err(|error| error.to_string())
    };
    let threads: Vec<_> = (0..4).map(|_| thread::spawn(run)).collect();
    for thread in threads {
        assert_eq!(thread.join().expect("no thread panics"), Ok(100_000));
    }
}

#[test]
fn errors_are_strings_that_the_script_can_match() -> Result<()> {
    let script = r#"
        local ok, message = pcall(function() require("minisock").read() end)
        return type(message), message
    "#;
    let (kind, message): (String, String) = state()?.load(script).set_name("@script").eval()?;
    let expected = "script:2: bad argument #1 to 'read' (number expected, got no value)";
    assert_eq!((kind.as_str(), message.as_str()), ("string", expected));
    Ok(())
}

/// A state whose memory is limited raises errors wherever it allocates: in our functions too, which
/// must come through it with everything in place.
///
/// LuaJIT brings an allocator of its own, which mlua cannot limit.
#[test]
fn a_state_without_memory_raises_errors_and_goes_on() -> Result<()> {
    let lua = state()?;
    let calls: Function = lua
        .load(
            r#"
            local minisock = require "minisock"
            local pair = assert(minisock.pollfd(0, 1)):rep(2000)
            return function()
                local list = minisock.unpollfds(pair)
                local again = minisock.poll(pair, 0)
                local raised, message = pcall(minisock.read, {})
                return #list, #again, message
            end
            "#,
        )
        .eval()?;
    calls.call::<()>(())?;
    lua.gc_collect()?;
    let Ok(_) = lua.set_memory_limit(lua.used_memory() + 1) else {
        return Ok(());
    };
    let mut failures = 0;
    for more in (0..2_000_000).step_by(997) {
        lua.set_memory_limit(lua.used_memory() + more)?;
        failures += usize::from(calls.call::<()>(()).is_err());
        lua.set_memory_limit(0)?;
        lua.gc_collect()?;
    }
    assert!(failures > 10, "{failures} calls met the limit");
    assert_eq!(calls.call::<(usize, usize)>(())?, (2000, 16000));
    assert_eq!(lua.load(SCRIPT).eval::<usize>()?, 100_000);
    Ok(())
}
