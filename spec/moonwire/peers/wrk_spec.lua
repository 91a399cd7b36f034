-- needs: wrk
-- The HTTP server under load.

local t = require "spec.support"

local command = os.getenv("MOONWIRE_SPEC_COMMAND")

t.it("serves wrk over many connections without an error", function()
  local server = t.process.start { command, "examples/moonwire/http_server.lua" }
  local url = server:expect("^serving (http://.+)$")
  local output, status = t.process.run { "wrk", "-t1", "-c100", "-d1", url }
  t.equal(status, 0)
  t.equal(output:find("Socket errors"), nil)
  t.equal(output:find("Non%-2xx"), nil)
  t.equal(tonumber(output:match("(%d+) requests in")) > 100, true)
  server:signal("TERM")
  t.equal(select(2, server:finish()), 0)
end)
