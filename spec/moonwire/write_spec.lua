-- Writing to streams, and ending them.

local t = require "spec.support"
local net = require "spec.moonwire.support"

net.it("writes strings and numbers, one behind the other", function(family)
  local client, server = net.pair(family)
  t.equal(client:write("a", 1, "", "b\0c"), client)
  t.equal(client:write("d"):write { "e", 2, "f" }, client)
  client:shutdown()
  t.equal(server:read_all(), "a1b\0cde2f")
end)

t.it("writes nothing", function()
  local client = net.pair()
  t.equal(client:write(), client)
  t.equal(client:write(""), client)
  t.equal(client:write("", ""), client)
  t.equal(client:write {}, client)
end)

t.it("writes long lists and long strings", function()
  local client, server = net.pair()
  local pieces = {}
  for index = 1, 3000 do
    pieces[index] = tostring(index)
  end
  client:write(pieces)
  client:write(("x"):rep(100000))
  client:shutdown()
  t.equal(server:read_all() == table.concat(pieces) .. ("x"):rep(100000), true)
end)

t.it("writes a float as Lua does", function()
  local client, server = net.pair()
  client:write(0.5, ";")
  t.equal(server:read_until(";"), "0.5")
end)

t.it("refuses what is no string", function()
  local client = net.pair()
  local expected = "string, number or a list of them expected, got "
  t.bad_argument(1, "write", expected .. "nil", client.write, client, nil)
  t.bad_argument(1, "write", expected .. "boolean", client.write, client, true)
  t.bad_argument(2, "write", "string or number expected, got boolean", client.write, client, "x", true)
  t.bad_argument(1, "write", "a list must be the only argument", client.write, client, {}, "x")
  local problem = "the entries of the list must be strings or numbers"
  t.bad_argument(1, "write", problem, client.write, client, { 1, "x", {} })
end)

t.it("tells how much was sent where the time is over", function()
  -- The buffers of TCP grow.
  local client, server = net.pair(net.families.unix)
  client:settimeout(0.15)
  local large = ("x"):rep(8000000)
  local late = "write " .. client:peer() .. ": timed out"
  local sent
  local taken = t.timed(function()
    sent = net.fails_after(late, "timeout", client:write(large))
  end)
  t.between(taken, 0.15 - t.grain, t.at_once)
  t.between(sent, 1, #large - 1)
  t.equal(#server:read_exactly(sent), sent)
  sent = net.fails_after(late, "timeout", client:write { "x", large, "y" })
  t.equal(#server:read_exactly(sent), sent)
end)

t.it("tells that nobody reads any more", function()
  for _, pieces in ipairs { { "x" }, { "x", "y" } } do
    local client, server = net.pair(net.families.unix)
    server:close()
    t.equal(net.fails_after("write " .. client:peer() .. ": Broken pipe", "EPIPE", client:write(pieces)), 0)
    t.equal(net.fails_after("write " .. client:peer() .. ": Broken pipe", "EPIPE", client:write(pieces[1])), 0)
  end
end)

t.it("does not write to what is closed", function()
  local client = net.pair()
  local peer = client:peer()
  client:close()
  t.equal(net.fails_after("write " .. peer .. ": closed", "closed", client:write("x")), 0)
  t.equal(net.fails_after("write " .. peer .. ": closed", "closed", client:write("x", "y")), 0)
  net.fails("write " .. peer .. ": closed", "closed", client:write(""))
end)

t.it("ends one direction or both", function()
  local client, server = net.pair()
  t.equal(client:shutdown("read"), true)
  t.equal(client:shutdown("write"), true)
  t.equal(server:read_all(), "")
  t.equal(server:shutdown("both"), true)
  t.bad_argument(1, "shutdown", "'read', 'write' or 'both' expected", server.shutdown, server, "all")
  local peer = client:peer()
  client:close()
  net.fails("shutdown " .. peer .. ": closed", "closed", client:shutdown())
end)
