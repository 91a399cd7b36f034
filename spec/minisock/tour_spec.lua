local S = require "minisock"
local t = require "spec.support"

local function tour()
  local output, status = t.process.run { os.getenv "MOONWIRE_SPEC_COMMAND", "examples/tour.lua" }
  t.equal(status, 0)
  return output
end

t.it("goes the whole way", function()
  local output = tour()
  for _, expected in ipairs {
    "server read +hello, moon", "client read +HELLO, MOON", "Connection refused", "recvfrom timeout", "bad argument",
  } do
    t.matches(output, expected)
  end
end)

t.it("goes it where another program has the name of its unix socket", function()
  local name = tour():match "(@[^\n]+)"
  local listener = assert(S.bind(S.unixaddr(name)))
  t.defer(function()
    S.close(listener)
  end)
  tour()
end)
