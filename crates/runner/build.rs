//! Tells the linker to export Lua's symbols from the program.

fn main() {
    // C modules do not link with Lua: they find its functions in the program that loads them.
    println!("cargo::rustc-link-arg-bins=-rdynamic");
    println!("cargo::rerun-if-changed=build.rs");
}
