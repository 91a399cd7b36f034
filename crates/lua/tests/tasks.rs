//! Tasks in Lua states that a Rust program embeds: each state has a loop of its own. The only tests of their
//! process, one after the other, for some count descriptors.

use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{fs, thread};

use mlua::{Function, Lua, LuaOptions, Result, StdLib, Value};

/// Held by a test while it runs.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn state() -> Result<Lua> {
    let lua = Lua::new();
    moonwire::preload(&lua)?;
    Ok(lua)
}

fn open_descriptors() -> usize {
    fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Tasks that wait in every way that there is: suspended and parked, for sockets, time, each other, names.
const WAITING: &str = r#"
    local moonwire, minisock = require "moonwire", require "minisock"
    local ssocket, lsocket = require "ssocket", require "lsocket"
    local listener = assert(moonwire.listen "127.0.0.1:0")
    local channel = moonwire.channel()
    local function refuse() return error "nobody goes on here" end
    local ways = {
        function(wait) return wait() end,
        function(wait) return pcall(wait) end,
        function(wait) return (("x"):gsub("x", function() wait() end)) end,
        function(wait) return coroutine.wrap(wait)() end,
        function(wait) return setmetatable({}, { __index = function() return wait() end }).x end,
    }
    local other = ssocket.udp()
    assert(other:bind("127.0.0.1", 0))
    local many = {}
    for index = 1, 150 do many[index] = assert(lsocket.bind("udp", "127.0.0.1", 0)) end
    local sleeper = moonwire.spawn(moonwire.sleep, 1000)
    local waits = {
        function() moonwire.sleep(1000) end,
        function() channel:receive() end,
        function() listener:accept() end,
        function() for _ in listener:incoming() do end end,
        function() moonwire.connect("127.0.0.1:1") moonwire.sleep(1000) end,
        function() other:recv(10) end,
        function() lsocket.select(many) end,
        function() sleeper:join() end,
        function() moonwire.semaphore(0):acquire() end,
        function() moonwire.timeout(1000, moonwire.sleep, 1000) end,
        function() minisock.getaddrinfo("localhost", 80) moonwire.sleep(1000) end,
        function()
            moonwire.group(function(group)
                group:spawn(moonwire.sleep, 1000)
                moonwire.sleep(1000)
            end)
        end,
    }
    for _, way in ipairs(ways) do
        for _, wait in ipairs(waits) do
            moonwire.spawn(function()
                way(wait)
                refuse()
            end)
        end
    end
    for _ = 1, 10 do moonwire.step(0) end
"#;

#[test]
fn a_state_that_is_closed_while_tasks_wait_gives_everything_back() -> Result<()> {
    let _alone = alone();
    // Look-ups leave threads behind, which end soon; they have been started once.
    state()?.load(WAITING).exec()?;
    thread::sleep(Duration::from_millis(100));
    let before = open_descriptors();
    for _ in 0..5 {
        let start = Instant::now();
        let lua = state()?;
        lua.load(WAITING).exec()?;
        drop(lua);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    let deadline = Instant::now() + Duration::from_secs(10);
    while open_descriptors() > before && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(open_descriptors(), before);
    Ok(())
}

/// Finalisers that wait while a call makes its results, each in a task of its own: they are still there when the
/// state is closed. The calls make objects: a descriptor's number, once Lua has it, is the program's to close, and a
/// finaliser can wait before the program comes to that.
const BUILDING: &str = r#"
    local moonwire = require "moonwire"
    local function ghost(fn)
        if newproxy then
            getmetatable(newproxy(true)).__gc = fn
        else
            setmetatable({}, { __gc = fn })
        end
    end
    local leave, waits = false, 0
    local function wait()
        if leave then return end
        waits = waits + 1
        moonwire.sleep(1000)
    end
    local listener = assert(moonwire.listen "127.0.0.1:0")
    local calls = {
        function() return listener:accept() end,
        function() return moonwire.connect(listener:local_address()) end,
        function() return moonwire.udp { bind = "127.0.0.1:0" } end,
    }
    local function collect_eagerly()
        if _VERSION == "Lua 5.5" then
            collectgarbage("param", "pause", 1)
            collectgarbage("param", "stepmul", 10000)
        else
            collectgarbage("setpause", 1)
            collectgarbage("setstepmul", 10000)
        end
    end
    collectgarbage()
    collectgarbage "stop"
    for index = 1, 200 do
        local call = calls[index % #calls + 1]
        moonwire.spawn(function()
            if index % #calls <= 1 then moonwire.connect(listener:local_address()) end
            -- A string first, which no call has to make: only a result is left to be allocated.
            ghost(wait)
            collectgarbage "restart"
            collect_eagerly()
            local _ = call()
        end)
    end
    for _ = 1, 20 do moonwire.step(0.001) end
    leave = true
    return waits
"#;

#[test]
fn a_state_that_is_closed_while_finalisers_wait_gives_everything_back() -> Result<()> {
    let _alone = alone();
    state()?.load(BUILDING).exec()?;
    let before = open_descriptors();
    let mut waits = 0;
    for _ in 0..3 {
        let lua = state()?;
        waits += lua.load(BUILDING).eval::<i64>()?;
        drop(lua);
        assert_eq!(open_descriptors(), before);
    }
    assert!(waits > 0);
    Ok(())
}

const BUSY: &str = r#"
    local moonwire = require "moonwire"
    return moonwire.run(function(rounds)
        local listener = assert(moonwire.listen "127.0.0.1:0")
        local address = listener:local_address()
        local server = moonwire.spawn(function()
            for connection in listener:incoming() do
                moonwire.spawn(function()
                    for line in connection:lines() do assert(connection:write(line, "\n")) end
                    connection:close()
                end)
            end
        end)
        local sum = 0
        moonwire.group(function(group)
            for _ = 1, 10 do
                group:spawn(function()
                    local stream = assert(moonwire.connect(address))
                    for round = 1, rounds do
                        assert(stream:write(round, "\n"))
                        local line = stream:read_until "\n"
                        sum = sum + tonumber(line)
                        if round % 10 == 0 then moonwire.sleep(0.0005) end
                    end
                    stream:close()
                end)
            end
        end)
        listener:close()
        assert(server:join())
        return sum
    end, ...)
"#;

#[test]
fn states_in_several_threads_run_their_own_loops() {
    let _alone = alone();
    let run = || -> std::result::Result<i64, String> {
        let mut sum = 0;
        for _ in 0..3 {
            let ran = state().and_then(|lua| lua.load(BUSY).call::<i64>(100));
            sum += ran.map_err(|error| error.to_string())?;
        }
        Ok(sum)
    };
    let threads: Vec<_> = (0..4).map(|_| thread::spawn(run)).collect();
    for thread in threads {
        assert_eq!(thread.join().expect("no thread panics"), Ok(3 * 10 * 5050));
    }
}

/// A task calls a function of the host, which runs another state to its end: the tasks of the first wait
/// meanwhile, like for any function that blocks.
#[test]
fn a_state_runs_inside_a_task_of_another() -> Result<()> {
    let _alone = alone();
    let outer = state()?;
    let inner = state()?;
    let run_inner: Function = inner.load(format!("return function(...) {BUSY} end")).eval()?;
    let call = outer.create_function(move |_, rounds: i64| run_inner.call::<i64>(rounds))?;
    let script = r#"
        local moonwire, call = require "moonwire", ...
        return moonwire.run(function()
            local ticks = 0
            local ticker = moonwire.spawn(function() while moonwire.sleep(0.001) do ticks = ticks + 1 end end)
            local sum = 0
            local ok, message = pcall(function()
                for _ = 1, 3 do
                    sum = sum + call(20)
                    moonwire.sleep(0.002);
                    ("x"):gsub("x", function() moonwire.sleep(0.002) sum = sum + call(10) end)
                end
            end)
            ticker:cancel()
            ticker:join()
            assert(ok, message)
            assert(ticks > 0)
            return sum
        end)
    "#;
    let sum: i64 = outer.load(script).call(call)?;
    assert_eq!(sum, 3 * 10 * (210 + 55));
    Ok(())
}

/// What belongs to a state cannot wait in the loop of another that calls in: it blocks, or is refused.
#[test]
fn a_state_that_is_called_back_from_another_does_not_mix_up_their_tasks() -> Result<()> {
    let _alone = alone();
    let outer = state()?;
    let inner = state()?;
    let back: Function = outer
        .load(
            r#"
            local moonwire = require "moonwire"
            channel, semaphore = moonwire.channel(), moonwire.semaphore(0)
            return function()
                local start = moonwire.now()
                assert(moonwire.sleep(0.01))
                assert(moonwire.now() - start >= 0.01)
                local _, message, code = channel:receive()
                assert(code == "EDEADLK", message)
                _, message, code = semaphore:acquire()
                assert(code == "EDEADLK", message)
                local ok, raised = pcall(moonwire.run, function() end)
                assert(not ok and tostring(raised):find("running already"), raised)
                moonwire.spawn(function() spawned = true end)
                return "back"
            end
            "#,
        )
        .eval()?;
    let call_back = inner.create_function(move |_, ()| back.call::<String>(()))?;
    inner.globals().set("call_back", call_back)?;
    let run_inner: Function = inner
        .load(
            r#"
            local moonwire = require "moonwire"
            return function()
                return moonwire.run(function()
                    local task = moonwire.spawn(function() return call_back() end)
                    moonwire.sleep(0.001)
                    return select(2, task:join())
                end)
            end
            "#,
        )
        .eval()?;
    let call = outer.create_function(move |_, ()| run_inner.call::<String>(()))?;
    let script = r#"
        local moonwire, call = require "moonwire", ...
        local result = moonwire.run(function() return call() end)
        assert(spawned)
        return result
    "#;
    assert_eq!(outer.load(script).call::<String>(call)?, "back");
    Ok(())
}

#[test]
fn a_loop_is_driven_by_the_host() -> Result<()> {
    let _alone = alone();
    let lua = state()?;
    let (step, done): (Function, Function) = lua
        .load(
            r#"
            local moonwire = require "moonwire"
            local task = moonwire.spawn(function()
                for _ = 1, 5 do moonwire.sleep(0.002) end
                return "done"
            end)
            return moonwire.step, function() return select(2, task:join()) end
            "#,
        )
        .eval()?;
    while step.call::<bool>(0.1)? {}
    assert_eq!(done.call::<String>(())?, "done");
    Ok(())
}

/// Errors of the host's functions and of the task are those of any Lua code.
#[test]
fn errors_of_the_host_pass_through_tasks() -> Result<()> {
    let _alone = alone();
    let lua = state()?;
    let fail = lua.create_function(|_, ()| -> Result<()> {
        Err(mlua::Error::RuntimeError("the host's own".to_owned()))
    })?;
    let script = r#"
        local moonwire, fail = require "moonwire", ...
        return moonwire.run(function()
            local ok, raised = moonwire.spawn(function() moonwire.sleep(0.001) fail() end):join()
            return ok, tostring(raised)
        end)
    "#;
    let (ok, raised): (bool, String) = lua.load(script).call(fail)?;
    assert!(!ok && raised.contains("the host's own"), "{raised}");
    let error = lua.load("require('moonwire').run(function() error('boom') end)").exec();
    assert!(error.is_err_and(|error| error.to_string().contains("boom")));
    Ok(())
}

/// A state whose memory is limited raises errors wherever it allocates, and goes on afterwards. LuaJIT
/// is left out: it loses memory of its own where it has none for a coroutine, and checks for that at the end.
#[test]
fn a_state_without_memory_loses_no_task() -> Result<()> {
    let _alone = alone();
    let lua = state()?;
    let work: Function = lua
        .load(
            r#"
            local moonwire = require "moonwire"
            return function()
                return moonwire.run(function()
                    local channel = moonwire.channel(1)
                    local task = moonwire.spawn(pcall, function(...)
                        channel:send({ ... })
                        moonwire.yield()
                        return "x", ...
                    end, 1, 2, 3)
                    local got = channel:receive()
                    task:join()
                    return #got
                end)
            end
            "#,
        )
        .eval()?;
    work.call::<i64>(())?;
    lua.gc_collect()?;
    if lua.globals().contains_key("jit")? || lua.set_memory_limit(0).is_err() {
        return Ok(());
    }
    let mut failures = 0;
    for more in (0..12_000).step_by(40) {
        lua.gc_collect()?;
        lua.set_memory_limit(lua.used_memory() + more)?;
        failures += usize::from(work.call::<i64>(()).is_err());
        lua.set_memory_limit(0)?;
    }
    assert!(failures > 5, "{failures} calls met the limit");
    assert_eq!(work.call::<i64>(())?, 3);
    Ok(())
}

/// Whether the memory of a state can be limited. LuaJIT brings an allocator of its own.
fn can_be_limited(lua: &Lua) -> Result<bool> {
    Ok(!lua.globals().contains_key("jit")? && lua.set_memory_limit(0).is_ok())
}

#[test]
fn a_task_that_has_no_memory_for_its_arguments_is_refused() -> Result<()> {
    let _alone = alone();
    let lua = state()?;
    if !can_be_limited(&lua)? {
        return Ok(());
    }
    let spawn: Function = lua
        .load(
            r#"
            local moonwire = require "moonwire"
            local unpack = table.unpack or unpack
            local list = {}
            for index = 1, 150 do list[index] = index end
            return function()
                local ok = pcall(moonwire.spawn, function(...) got = select('#', ...) end, unpack(list))
                return ok
            end
            "#,
        )
        .eval()?;
    assert!(spawn.call::<bool>(())?);
    let mut failures = 0;
    for more in (0..12_000).step_by(40) {
        lua.gc_collect()?;
        lua.set_memory_limit(lua.used_memory() + more)?;
        failures += usize::from(!spawn.call::<bool>(()).unwrap_or(false));
        lua.set_memory_limit(0)?;
    }
    assert!(failures > 5, "{failures} calls met the limit");
    lua.load("require('moonwire').run(function() end) assert(got == 150)").exec()
}

/// The loop gives up what belongs to a task that has ended. However full the table is in which Lua keeps that, it
/// takes no memory.
#[test]
fn a_loop_without_memory_gives_its_tasks_up() -> Result<()> {
    let _alone = alone();
    for entries in 0..40 {
        let lua = state()?;
        if !can_be_limited(&lua)? {
            return Ok(());
        }
        for entry in 0..entries {
            lua.set_named_registry_value(&format!("entry {entry}"), true)?;
        }
        let limit = lua.create_function(|lua, is_limited: bool| {
            let limit = if is_limited { lua.used_memory() } else { 0 };
            lua.set_memory_limit(limit).map(drop)
        })?;
        let script = r#"
            local moonwire, limit = require "moonwire", ...
            local function go()
                local task = moonwire.spawn(function() error "boom" end)
                task:join()
                task = nil
                collectgarbage()
                collectgarbage()
                limit(true)
                moonwire.yield()
                limit(false)
            end
            local ok, message = pcall(moonwire.run, go)
            limit(false)
            -- What was raised there may have been for want of memory. The loop has been left.
            return ok or tostring(message), moonwire.run(function() return moonwire.sleep(0.001) and "fine" end)
        "#;
        let (_, result): (Value, String) = lua.load(script).call(limit)?;
        assert_eq!(result, "fine");
    }
    Ok(())
}

#[test]
fn a_state_needs_no_library_but_that_of_require() -> Result<()> {
    let _alone = alone();
    let libraries = StdLib::PACKAGE | StdLib::TABLE | StdLib::STRING;
    let lua = Lua::new_with(libraries, LuaOptions::default())?;
    moonwire::preload(&lua)?;
    let script = "local m = require 'moonwire' return m.run(function() return m.sleep(0.001) end)";
    assert_eq!(lua.load(script).eval::<Value>()?, Value::Boolean(true));
    Ok(())
}
