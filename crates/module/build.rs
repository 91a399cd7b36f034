//! Tells the linker that the native library stays loaded for as long as the process lives.

fn main() {
    // Lua 5.1 and LuaJIT unload a library before they run the finalisers that were made before it
    // was loaded, and those may still call its functions.
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    println!("cargo::rerun-if-changed=build.rs");
}
