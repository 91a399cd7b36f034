-- needs: nc
-- The echo server, for netcat; and netcat as a server.

local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

net.it("the echo server serves netcat", function(family)
  local version = family.name == "inet6" and "6" or nil
  local server = t.process.start { command, "examples/lsocket/echo_server.lua", "tcp", version }
  local port = server:expect("port (%d+)")
  local output, status = t.process.run({ "nc", "-N", family.host, port }, { input = "to netcat\n" })
  t.same({ output, status }, { "to netcat\n", 0 })
end, net.hosts)

t.it("connects to netcat over a unix socket", function()
  local path = t.temporary_path()
  local server = t.process.start { "nc", "-l", "-U", path }
  local client
  for _ = 1, 100 do
    client = lsocket.connect(path)
    if client then
      break
    end
    lsocket.select(0.05)
  end
  net.keep(client)
  t.equal(net.writable(client):send("to netcat\n"), 10)
  client:close()
  t.same({ server:finish() }, { "to netcat\n", 0 })
end)
