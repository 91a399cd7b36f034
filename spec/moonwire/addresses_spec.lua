-- The forms of addresses, and what is none.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

t.it("takes its own addresses again", function()
  for _, family in ipairs(net.families) do
    local listener, address = net.listen(family)
    local client = net.keep(M.connect(address))
    t.equal(client:peer(), address)
    t.equal(address, listener:local_address())
  end
end)

local none = {
  "", ":", "host", "host:", "host:http", "host:65536", "host:-1", "host:+1", "host: 1", "::1:80", "[::1]",
  "[::1]80", "[127.0.0.1]:80", "[host]:80", "[x:y]:80", "http://host:80", "tcp:host:80", "/path", "unix:",
  "unix:/a\0b", "a\0b:80", "::1",
}

for _, address in ipairs(none) do
  t.it("refuses what is no address: " .. t.show(address), function()
    t.refused_argument(1, "connect", M.connect, address)
    t.refused_argument(1, "listen", M.listen, address ~= ":" and address or "x")
  end)
end

t.it("refuses the addresses of the other kind of socket", function()
  t.refused_argument(1, "connect", M.connect, "udp://127.0.0.1:80")
  t.refused_argument(1, "listen", M.listen, "udp://127.0.0.1:80")
  t.refused_argument(1, "udp", M.udp, { bind = "tcp://127.0.0.1:80" })
  net.keep(M.udp { bind = "udp://127.0.0.1:0" })
end)

t.it("refuses to connect to everywhere", function()
  for _, address in ipairs { ":80", "*:80" } do
    t.bad_argument(1, "connect", "the address has no host", M.connect, address)
  end
end)

t.it("refuses tables that are no addresses", function()
  local problem = "an address in a table has the fields host and port, or path"
  for _, address in ipairs {
    {}, { host = "127.0.0.1" }, { port = 80 }, { host = "127.0.0.1", port = 65536 },
    { host = "127.0.0.1", port = "http" }, { host = {}, port = 1 }, { path = {} }, { path = "" },
    { path = "a\0b" }, { host = "a\0b", port = 1 }, { "127.0.0.1", 80 },
  } do
    t.bad_argument(1, "connect", problem, M.connect, address)
  end
end)

t.it("takes an IPv6 address in a table without brackets", function()
  if net.families.ipv6 then
    local _, address = net.listen(net.families.ipv6)
    local client = net.keep(M.connect { host = "::1", port = net.port(address) })
    t.equal(client:peer(), address)
  end
end)

t.it("knows the interfaces of IPv6 addresses", function()
  local results = t.pack(M.connect("[fe80::1%nosuch]:80"))
  t.equal(results[1], nil)
  t.equal(results[3], "ENODEV")
end)

t.it("takes any bytes in an abstract name", function()
  local name = "unix:@" .. t.unique_name() .. "\0\255 \n"
  local listener = net.keep(M.listen(name))
  t.equal(listener:local_address(), name)
  t.equal(net.keep(M.connect(name)):peer(), name)
end)

t.it("resolves names", function()
  local list = assert(M.resolve("localhost", 80))
  t.equal(#list > 0, true)
  for _, address in ipairs(list) do
    assert(address == "127.0.0.1:80" or address == "[::1]:80", address)
  end
  t.same(M.resolve("127.0.0.1"), { "127.0.0.1:0" })
  t.same(M.resolve("127.0.0.1", "http"), { "127.0.0.1:80" })
  t.same(M.resolve("::1", "80"), { "[::1]:80" })
  net.fails("resolve nosuch.invalid: Name or service not known", "resolve", M.resolve("nosuch.invalid"))
  local results = t.pack(M.resolve("localhost", "nosuchservice"))
  t.equal(results[1], nil)
  t.equal(results[3], "resolve")
end)
