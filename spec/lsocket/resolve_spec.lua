local lsocket = require "lsocket"
local t = require "spec.support"

t.it("returns each address of a name once", function()
  local list = lsocket.resolve("localhost")
  t.equal(#list > 0, true)
  local seen = {}
  for _, entry in ipairs(list) do
    t.equal(seen[entry.addr], nil)
    seen[entry.addr] = true
    t.equal(entry.family, entry.addr:find(":", 1, true) and "inet6" or "inet")
  end
  t.equal(seen["127.0.0.1"] or seen["::1"], true)
end)

t.it("returns an address as it is", function()
  t.same(lsocket.resolve("127.0.0.1"), { { family = "inet", addr = "127.0.0.1" } })
  t.same(lsocket.resolve("0:0::1"), { { family = "inet6", addr = "::1" } })
  t.same(lsocket.resolve("fe80::1%lo"), { { family = "inet6", addr = "fe80::1%lo" } })
  t.same(lsocket.resolve(lsocket.INADDR_ANY), { { family = "inet", addr = "0.0.0.0" } })
  t.same(lsocket.resolve(lsocket.IN6ADDR_ANY), { { family = "inet6", addr = "::" } })
end)

t.it("says why there is none", function()
  t.fails("Name or service not known", lsocket.resolve(""))
  t.fails("Invalid argument", lsocket.resolve("local\0host"))
  t.fails("Invalid argument", lsocket.resolve("1::2::3"))
  t.fails("No such device", lsocket.resolve("fe80::1%no-such"))
  t.fails_like(".", lsocket.resolve(("x"):rep(10000)))
end)

t.it("does not wait for ever for what the resolver does not know", function()
  local took, result, message = t.timed(lsocket.resolve, "a b")
  t.fails_like(".", result, message)
  t.between(took, 0, 30)
end)

t.it("raises for what is no string", function()
  t.bad_argument(1, "resolve", "string expected, got no value", lsocket.resolve)
  t.bad_argument(1, "resolve", "string expected, got table", lsocket.resolve, {})
end)
