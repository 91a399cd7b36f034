//! What has just been opened is closed again where Lua has no memory for the rest of the results. The
//! only test of its process, for it counts descriptors.

use std::{fs, io};

use mlua::{Function, Lua};

const SCRIPT: &str = r#"
    local minisock, lsocket = require "minisock", require "lsocket"
    local listener = assert(minisock.bind(minisock.ipv4addr("127.0.0.1", 0)))
    local address = assert(minisock.getsockname(listener))
    local other_listener = assert(lsocket.bind("127.0.0.1", 0))
    local port = other_listener:info("socket").port

    local function close(opened, fd)
        if opened then
            minisock.close(fd)
        end
        return opened
    end

    return {
        function()
            return close(pcall(minisock.bind, "127.0.0.1", 0))
        end,
        function()
            local client = assert(minisock.connect(address))
            local accepted = close(pcall(minisock.accept, listener))
            minisock.close(client)
            return accepted
        end,
        function()
            return (pcall(function()
                lsocket.connect("127.0.0.1", port)
                lsocket.select({ other_listener }, 5)
                other_listener:accept()
            end))
        end,
    }
"#;

fn open_descriptors() -> io::Result<usize> {
    Ok(fs::read_dir("/proc/self/fd")?.count())
}

/// LuaJIT brings an allocator of its own, which mlua cannot limit.
#[test]
fn a_state_without_memory_loses_no_descriptor() -> Result<(), Box<dyn std::error::Error>> {
    let lua = Lua::new();
    moonwire::preload(&lua)?;
    let calls: Vec<Function> = lua.load(SCRIPT).eval()?;
    for call in calls {
        assert!(call.call::<bool>(())?);
        lua.gc_collect()?;
        lua.gc_collect()?;
        let before = open_descriptors()?;
        if lua.set_memory_limit(0).is_err() {
            return Ok(());
        }
        let mut failures = 0;
        for more in (0..4000).step_by(8) {
            lua.gc_collect()?;
            lua.set_memory_limit(lua.used_memory() + more)?;
            failures += usize::from(!call.call::<bool>(()).unwrap_or(false));
            lua.set_memory_limit(0)?;
        }
        lua.gc_collect()?;
        lua.gc_collect()?;
        assert!(failures > 5, "{failures} calls met the limit");
        assert_eq!(open_descriptors()?, before);
    }
    Ok(())
}
