-- needs: curl
-- The file server of the examples, and curl.

local t = require "spec.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

local function curl(...)
  return t.process.run { "curl", "--silent", "--show-error", "--max-time", "30", "--noproxy", "*", ... }
end

local function start(folder)
  local server = t.process.start { command, "examples/llsocket/fileserver.lua", folder }
  return (server:expect("^(http://127%.0%.0%.1:%d+/)$"))
end

local function contents(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("*a")
  file:close()
  return bytes
end

t.it("sends files", function()
  local url = start(".")
  local output, status = curl(url .. "Cargo.toml")
  t.equal(output, contents("Cargo.toml"))
  t.equal(status, 0)
  output = curl("--head", url .. "Cargo.toml")
  t.matches(output, "Content%-Length: " .. #contents("Cargo.toml"))
end)

t.it("sends a large file whole, to several clients at once", function()
  local path = t.temporary_path()
  local file = assert(io.open(path, "wb"))
  for index = 1, 300000 do
    file:write(("%08d line\n"):format(index))
  end
  file:close()
  local url = start("/tmp") .. path:match("[^/]+$")
  local one, two = t.temporary_path(), t.temporary_path()
  local _, status = curl("--parallel", "--output", one, url, "--output", two, url)
  t.equal(status, 0)
  t.equal(contents(one) == contents(path), true)
  t.equal(contents(two) == contents(path), true)
end)

t.it("refuses the rest", function()
  local url = start("examples")
  local function status(...)
    return (curl("--output", "/dev/null", "--write-out", "%{http_code}", "--path-as-is", ...))
  end
  t.equal(status(url .. "no-such-file"), "404")
  t.equal(status(url .. "llsocket"), "404")
  t.equal(status(url .. "../Cargo.toml"), "403")
  t.equal(status(url .. "%2e%2e/Cargo.toml"), "403")
  t.equal(status("--data", "x", url .. "tour.lua"), "405")
end)
