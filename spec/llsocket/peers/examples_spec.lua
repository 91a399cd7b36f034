-- The example that passes a descriptor from one process to another.

local t = require "spec.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

t.it("passes an open file between two processes", function()
  local path = t.temporary_path()
  local function start(...)
    return t.process.start { command, "examples/llsocket/pass_descriptor.lua", ... }
  end
  local receiver = start("receive", path)
  receiver:expect("^waiting at ")
  local output, status = start("send", path, "Cargo.toml"):finish()
  t.equal(status, 0)
  local file = assert(io.open("Cargo.toml", "rb"))
  local content = file:read("*a")
  file:close()
  t.equal(output, content)
  t.equal(receiver:expect("^got (.*)$"), "the file Cargo.toml, " .. #content .. " bytes")
  t.equal(select(2, receiver:finish()), 0)
end)

t.it("says what is wrong", function()
  local output, status = t.process.run { command, "examples/llsocket/pass_descriptor.lua", "send",
    t.temporary_path(), "Cargo.toml" }
  t.equal(output, "pass_descriptor: No such file or directory\n")
  t.equal(status, 1)
end)
