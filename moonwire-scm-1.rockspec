rockspec_format = "3.0"
package = "moonwire"
version = "scm-1"

source = {
  -- `luarocks make` builds the folder that it stands in.
  url = "git+file://.",
}

description = {
  summary = "Sockets for Lua, written in Rust",
  detailed = "One library in place of minisock and its kind, memory-safe, on every Lua.",
  license = "MIT OR Apache-2.0",
}

dependencies = {
  "lua >= 5.1, <= 5.5",
}

build = {
  type = "make",
  build_target = "module",
  install_target = "install-modules",
  build_variables = {
    INTERPRETER = "$(LUA)",
  },
  install_variables = {
    INTERPRETER = "$(LUA)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
  },
  -- `luarocks doc` shows the first; language servers read the second.
  copy_directories = { "docs", "types", "examples" },
}
