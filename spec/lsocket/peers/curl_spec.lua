-- needs: curl
-- The example of an HTTP server on select, for curl.

local t = require "spec.support"
local net = require "spec.lsocket.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

local function start_server(folder, address)
  local server = t.process.start { command, "examples/lsocket/http_server.lua", folder, 0, address }
  return server:expect("(http://%S+)"), server
end

local function curl(...)
  return t.process.run { "curl", "--silent", "--show-error", "--max-time", "30", "--noproxy", "*", ... }
end

local function contents(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

net.it("serves files", function(family)
  local url = start_server("examples", family.host)
  local output, status = curl(url .. "lsocket/http_server.lua")
  t.equal(status, 0)
  t.equal(output, contents("examples/lsocket/http_server.lua"))
  output, status = curl("--head", url .. "tour.lua")
  t.equal(status, 0)
  t.matches(output, "^HTTP/1%.1 200 OK\r\n.*Content%-Length: " .. #contents("examples/tour.lua") .. "\r\n")
end, net.hosts)

t.it("keeps a connection", function()
  local url = start_server("examples")
  local output, status = curl("--write-out", "<%{num_connects}>", "--output", "/dev/null", url .. "tour.lua",
    "--output", "/dev/null", url .. "lsocket/http_client.lua", "--output", "/dev/null", url .. "none",
    "--output", "/dev/null", url .. "tour.lua")
  t.equal(status, 0)
  t.equal(output, "<1><0><0><0>")
end)

t.it("serves a large file to many at a time, every byte of it", function()
  local name = t.unique_name()
  local bytes = t.bytes(3000000)
  local file = assert(io.open("/tmp/" .. name, "wb"))
  assert(file:write(bytes))
  file:close()
  t.defer(function()
    os.remove("/tmp/" .. name)
  end)
  local url = start_server("/tmp")
  local children, paths = {}, {}
  for index = 1, 5 do
    paths[index] = t.temporary_path()
    children[index] = t.process.start {
      "curl", "--silent", "--show-error", "--max-time", "30", "--noproxy", "*", "--output", paths[index], url .. name,
    }
  end
  for index = 1, 5 do
    local output, status = children[index]:finish()
    t.equal(output, "")
    t.equal(status, 0)
    t.equal(contents(paths[index]) == bytes, true)
  end
end)

t.it("refuses what it must", function()
  local url = start_server("examples")
  for expected, arguments in pairs {
    [404] = { url .. "none" },
    [403] = { "--path-as-is", url .. "../Cargo.toml" },
    [405] = { "--data", "x", url .. "tour.lua" },
    [431] = { "--header", "X: " .. ("x"):rep(20000), url },
  } do
    local output, status = curl("--output", "/dev/null", "--write-out", "%{http_code}", arguments[1], arguments[2], arguments[3])
    t.equal(output, tostring(expected))
    t.equal(status, 0)
  end
end)
