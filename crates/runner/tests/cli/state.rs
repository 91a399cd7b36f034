//! The embedded state, which is what the stock interpreter's is.

use crate::program::{Program, moonwire};

#[test]
fn the_standard_libraries_are_there() {
    let names = "io os string table math debug package coroutine";
    let check =
        "for name in ('NAMES'):gmatch('%a+') do assert(type(_G[name]) == 'table', name) end";
    moonwire(&["-e", &check.replace("NAMES", names)]).prints("");
}

#[test]
fn luajit_has_its_own_libraries() {
    let check = "assert(ffi == nil and require('ffi').new and jit.version and bit.band)";
    if cfg!(feature = "luajit") {
        moonwire(&["-e", check]).prints("");
    }
}

#[test]
fn protected_calls_are_luas_own() {
    let check = "print(pcall(error, 'x')) print(xpcall(error, function(e) return 'h' end))";
    moonwire(&["-e", check]).prints("false\tx\nfalse\th\n");
}

/// A C module that, like all of them, leaves Lua's functions to the program that loads it.
const TINY: &str = "
    typedef struct lua_State lua_State;
    extern void luaL_checkstack(lua_State *, int, const char *);
    extern void lua_pushboolean(lua_State *, int);
    int luaopen_tiny(lua_State *state) {
        luaL_checkstack(state, 1, 0);
        lua_pushboolean(state, 1);
        return 1;
    }";

#[test]
fn c_modules_find_luas_functions_in_the_program() {
    let program = Program::new().file("tiny.c", TINY).variable("LUA_CPATH", "./?.so");
    program.command("cc", &["-shared", "-fPIC", "-o", "tiny.so", "tiny.c"]);
    program.run(&["-e", "print((require('tiny')))"]).prints("true\n");
}

#[test]
fn the_collector_is_the_one_of_the_stock_interpreter() {
    if cfg!(any(feature = "lua54", feature = "lua55")) {
        moonwire(&["-e", "print(collectgarbage('incremental'))"]).prints("generational\n");
    }
}

#[test]
fn a_closed_pipe_ends_the_program() {
    let script = "local child = io.popen(arg[0] .. [[ -e 'while true do print(1) end']])
                  print(child:read('*l'))
                  child:close()";
    moonwire(&["-e", script]).prints("1\n");
}
