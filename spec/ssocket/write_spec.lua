local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

net.it("returns the whole count", function(family)
  local client, server = net.pair(family)
  t.equal(client:write(""), 0)
  t.equal(client:write("x"), 1)
  local bytes = t.bytes(100000)
  t.equal(client:write(bytes), 100000)
  t.equal(server:read(100001), "x" .. bytes)
end)

net.it("tells how much was sent when the time is over, and nothing is lost", function(family)
  local client, server = net.pair(family)
  local bytes = t.bytes(50000000)
  for _, seconds in ipairs { 0, 0.05, 0.3 } do
    client:settimeout(seconds)
    local elapsed, outcome = t.timed(function()
      return t.pack(client:write(bytes))
    end)
    t.equal(outcome.n, 3)
    t.equal(outcome[1], nil)
    t.equal(outcome[2], S.ERROR_TIMEOUT)
    t.integer(outcome[3])
    local sent = outcome[3]
    t.between(sent, 0, #bytes - 1)
    t.between(elapsed, seconds - t.grain, seconds + 1)
    if sent > 0 then
      t.equal(server:read(sent) == bytes:sub(1, sent), true)
    end
  end
end)

net.it("says that nobody reads any more", function(family)
  local client, server = net.pair(family)
  server:close()
  client:settimeout(5)
  local results
  repeat
    results = t.pack(client:write(("x"):rep(100000)))
  until not results[1]
  t.equal(results.n, 3)
  t.equal(results[2], S.ERROR_CLOSED)
  net.ends(S.ERROR_CLOSED, 0, client:write("x"))
end)

t.it("sends a number as Lua writes it", function()
  local client, server = net.pair(net.families.unix)
  t.equal(client:write(42), 2)
  t.equal(server:read(2), "42")
end)

t.it("raises where an argument is wrong", function()
  local client = net.pair(net.families.unix)
  t.bad_argument(1, "write", "string expected, got no value", client.write, client)
  t.bad_argument(1, "write", "string expected, got nil", client.write, client, nil)
  t.bad_argument(1, "write", "string expected, got boolean", client.write, client, true)
end)
