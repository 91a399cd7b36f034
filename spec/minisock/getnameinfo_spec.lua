local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

t.it("returns the numeric host and the port", function()
  local function gives(host, port, address)
    local results = t.pack(S.getnameinfo(address, true))
    t.same(results, { n = 2, host, port })
  end
  gives("127.0.0.1", 80, "\2\0\0\80\127\0\0\1" .. ("\0"):rep(8))
  gives("1.2.3.4", 65535, S.ipv4addr("1.2.3.4", 65535))
  gives("::1", 0, S.ipv6addr("::1", 0))
  gives("2001:db8::5", 443, S.ipv6addr("2001:db8::5", 443))
  gives("fe80::1%lo", 80, S.ipv6addr("fe80::1", 80, "lo"))
end)

t.it("takes any true value for true, and looks the name up without", function()
  local address = S.ipv4addr("127.0.0.1", 80)
  t.equal((S.getnameinfo(address, 0)), "127.0.0.1")
  t.equal((S.getnameinfo(address, "no")), "127.0.0.1")
  local named = t.pack(S.getnameinfo(address))
  t.equal(named.n, 2)
  t.equal(type(named[1]), "string")
  t.equal(named[2], 80)
  t.same(t.pack(S.getnameinfo(address, false)), named)
  t.same(t.pack(S.getnameinfo(address, nil)), named)
  -- What a name is looked up to leads back to this host, on a machine that knows itself.
  local back = assert(S.getaddrinfo(named[1], 80))
  assert(#back > 0, "no address for " .. named[1])
end)

t.it("returns the path and 0 for a unix address", function()
  for _, numeric in ipairs { true, false } do
    t.same(t.pack(S.getnameinfo("\1\0/tmp/xyz.sock", numeric)), { n = 2, "/tmp/xyz.sock", 0 })
    t.same(t.pack(S.getnameinfo("\1\0/tmp/xyz.sock\0", numeric)), { n = 2, "/tmp/xyz.sock", 0 })
    t.same(t.pack(S.getnameinfo("\1\0\0name", numeric)), { n = 2, "@name", 0 })
  end
end)

net.it("understands what bind, connect and accept return", function(family)
  local listener, address = net.listen(family)
  local client = net.keep(S.connect(address))
  local _, from = net.keep(S.accept(listener))
  for _, known in ipairs { address, S.getpeername(client), from } do
    local host, port = S.getnameinfo(known, true)
    local parsed = S.parseaddr(known)
    t.equal(host, parsed.addr or parsed.path)
    t.equal(port, parsed.port or 0)
  end
end)

t.it("raises where the address is no string", function()
  t.bad_argument(1, "getnameinfo", "string expected, got no value", S.getnameinfo)
  t.bad_argument(1, "getnameinfo", "string expected, got nil", S.getnameinfo, nil, true)
  t.bad_argument(1, "getnameinfo", "string expected, got boolean", S.getnameinfo, true)
end)
