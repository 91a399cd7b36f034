//! `lsocket.select` on ten thousand sockets of which one is ready, on the embedded Lua 5.4, beside a
//! bare `poll(2)` and one walk over the Lua table through Lua's C API.

use std::ptr;

use mlua::{Function, Lua, Table, ffi};
use moonwire_bench::{Way, compare};

const SOCKETS: usize = 10_000;

const SETUP: &str = r#"
    local lsocket = require "lsocket"
    local count = ...
    local sockets, descriptors = {}, {}
    for index = 1, count do
        sockets[index] = assert(lsocket.bind("udp", "127.0.0.1", 0))
        descriptors[index] = sockets[index]:getfd()
    end
    local one = sockets[count - count // 10]
    assert(one:sendto("x", "127.0.0.1", one:info("socket").port))
    local select = lsocket.select
    return sockets, descriptors, function(times)
        for _ = 1, times do
            local ready = select(sockets, 1)
            assert(#ready == 1 and ready[1] == one)
        end
    end, function(times)
        for _ = 1, times do
            local ready = select({ one }, 1)
            assert(#ready == 1 and ready[1] == one)
        end
    end
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    raise_descriptor_limit();
    let lua = Lua::new();
    moonwire::preload(&lua)?;
    let (sockets, descriptors, many, one): (Table, Vec<i32>, Function, Function) =
        lua.load(SETUP).call(SOCKETS)?;
    let mut entries: Vec<libc::pollfd> = descriptors
        .iter()
        .map(|descriptor| libc::pollfd { fd: *descriptor, events: libc::POLLIN, revents: 0 })
        .collect();
    let ready = SOCKETS - SOCKETS / 10 - 1;
    let mut single = vec![entries[ready]];
    let run = |function: &Function, times: u64| {
        let result = function.call::<()>(times);
        assert!(result.is_ok(), "{result:?}");
    };

    compare(
        "10000 sockets, one ready",
        vec![
            Way::each("C and walk", || {
                poll(&mut entries);
                walk(&lua, &sockets);
            }),
            Way::each("walk", || walk(&lua, &sockets)),
            Way::many("select", |times| run(&many, times)),
        ],
    );
    compare(
        "10000 sockets, one ready, beside the system call",
        vec![Way::each("C", || poll(&mut entries)), Way::many("select", |times| run(&many, times))],
    );
    compare(
        "one socket, ready",
        vec![Way::each("C", || poll(&mut single)), Way::many("select", |times| run(&one, times))],
    );
    Ok(())
}

/// One `poll(2)`, which finds one descriptor ready.
fn poll(entries: &mut [libc::pollfd]) {
    // SAFETY: the entries are writable for their count.
    let ready = unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, 1000) };
    assert_eq!(ready, 1);
}

/// Looks at each value of a list of userdata, as a C library would do it.
fn walk(lua: &Lua, list: &Table) {
    // SAFETY: the closure keeps to the stack that `exec_raw` gives it, raises nothing, and leaves
    // nothing there.
    let walked = unsafe {
        lua.exec_raw::<()>(list, |state| {
            let mut index = 1;
            while ffi::lua_rawgeti(state, 1, index) != ffi::LUA_TNIL {
                assert!(!ffi::lua_touserdata(state, -1).is_null());
                ffi::lua_settop(state, 1);
                index += 1;
            }
            ffi::lua_settop(state, 0);
        })
    };
    assert!(walked.is_ok(), "{walked:?}");
}

/// Lets the process have as many descriptors as it may.
fn raise_descriptor_limit() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure is read and written as such.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_max;
        libc::setrlimit(libc::RLIMIT_NOFILE, ptr::from_ref(&limit));
    }
}
