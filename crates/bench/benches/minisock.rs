//! `minisock` on the embedded Lua 5.4, beside the same system calls made through libc.

use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use mlua::{Function, Lua};
use moonwire_bench::{MESSAGE, Way, compare, write_and_read};

/// Functions from a count to nothing: a loop around the calls that are measured.
const LOOPS: &str = r#"
    local minisock = require "minisock"
    local read, write = minisock.read, minisock.write
    local left, right, message = ...
    local function nothing() end
    return function(times)
        for _ = 1, times do
            write(left, message)
            read(right)
        end
    end, function(times)
        for _ = 1, times do
            write(left, message, 65)
        end
    end, function(times)
        for _ = 1, times do
            nothing(left, message, 65)
        end
    end
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (left, right) = UnixStream::pair()?;
    let (left, right) = (left.as_raw_fd(), right.as_raw_fd());
    let lua = Lua::new();
    moonwire::preload(&lua)?;
    let message = lua.create_string(MESSAGE)?;
    let (transfer, no_system_call, lua_function): (Function, Function, Function) =
        lua.load(LOOPS).call((left, right, message))?;
    let run = |function: &Function, times: u64| {
        let result = function.call::<()>(times);
        assert!(result.is_ok(), "{result:?}");
    };

    compare(
        "write and read 64 bytes that are there",
        vec![
            Way::each("C", || write_and_read(left, right)),
            Way::many("minisock", |times| run(&transfer, times)),
        ],
    );
    compare(
        "a call that does not touch the kernel",
        vec![
            Way::many("Lua", |times| run(&lua_function, times)),
            Way::many("minisock", |times| run(&no_system_call, times)),
        ],
    );
    Ok(())
}
