//! A Rust program that embeds Lua and gives it Moonwire's modules.
//!
//! `cargo run --example embed`

use mlua::{Lua, Result};

/// A script as a user of such a program may write it: it has sockets, and answers the program.
const SCRIPT: &str = r#"
    local minisock = require "minisock"

    local server, address = assert(minisock.bind("127.0.0.1", 0))
    local client = assert(minisock.connect(address))
    local connection = assert(minisock.accept(server))
    assert(minisock.write(client, greeting))
    local received = assert(minisock.read(connection, 1000))
    for _, descriptor in ipairs { server, client, connection } do
        minisock.close(descriptor)
    end
    return received
"#;

fn main() -> Result<()> {
    let lua = Lua::new();
    moonwire::preload(&lua)?;
    lua.globals().set("greeting", "hello from Rust")?;
    let received: String = lua.load(SCRIPT).set_name("@script.lua").eval()?;
    println!("the script received: {received}");
    Ok(())
}
