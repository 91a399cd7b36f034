local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

local loopback = "\127\0\0\1" .. ("\0"):rep(8)

t.it("returns a list of raw addresses", function()
  local results = t.pack(S.getaddrinfo("127.0.0.1", 80))
  t.same(results, { n = 1, { "\2\0\0\80" .. loopback } })
end)

t.it("takes the port as an integer or as a string, and 0 for none", function()
  t.same(S.getaddrinfo("127.0.0.1"), { "\2\0\0\0" .. loopback })
  t.same(S.getaddrinfo("127.0.0.1", nil), { "\2\0\0\0" .. loopback })
  t.same(S.getaddrinfo("127.0.0.1", 0), { "\2\0\0\0" .. loopback })
  t.same(S.getaddrinfo("127.0.0.1", 65535), { "\2\0\255\255" .. loopback })
  t.same(S.getaddrinfo("127.0.0.1", "258"), { "\2\0\1\2" .. loopback })
end)

t.it("knows services by name", function()
  local services = io.open("/etc/services")
  if not services then
    t.pass_over("services by name", "this machine has no /etc/services")
    return
  end
  local found = services:read("*a"):find("\nhttp%s+80/tcp")
  services:close()
  if found then
    t.same(S.getaddrinfo("127.0.0.1", "http"), { "\2\0\0\80" .. loopback })
  end
  t.fails_like("^getaddrinfo: %-8 ", S.getaddrinfo("127.0.0.1", "no-such-service"))
end)

t.it("returns IPv6 addresses, with their scope", function()
  t.same(S.getaddrinfo("::1", 80), { S.ipv6addr("::1", 80) })
  t.same(S.getaddrinfo("fe80::1%lo", 80), { S.ipv6addr("fe80::1", 80, t.loopback_index()) })
end)

t.it("returns each address of a name once", function()
  local list = S.getaddrinfo("localhost", 80)
  local seen = {}
  for index, address in ipairs(list) do
    t.equal(type(address), "string")
    t.equal(#address, S.parseaddr(address).family == "inet" and 16 or 28)
    t.equal(seen[address], nil)
    seen[address] = index
  end
  local count = 0
  for _ in pairs(list) do
    count = count + 1
  end
  t.equal(count, #list)
  assert(seen["\2\0\0\80" .. loopback] or seen[S.ipv6addr("::1", 80)], "localhost is not this host")
end)

t.it("returns addresses that can be used", function()
  local listener, address = net.listen(net.families.ipv4)
  local port = S.parseaddr(address).port
  t.same(S.getaddrinfo("127.0.0.1", port), { address })
  net.keep(S.connect(S.getaddrinfo("127.0.0.1", port)[1]))
  net.keep(S.accept(listener))
end)

t.it("says what the resolver says", function()
  t.fails("getaddrinfo: -2 Name or service not known", S.getaddrinfo("fe80::1%no-such", 80))
  t.fails_like("^getaddrinfo: %-%d+ %S", S.getaddrinfo(("x"):rep(5000)))
end)

t.it("does not cut a name at a NUL", function()
  net.errs(S.getaddrinfo, "127.0.0.1\0.example", 80)
  net.errs(S.getaddrinfo, "127.0.0.1", "80\0001")
end)

t.it("refuses ports that are none", function()
  for _, port in ipairs { -1, 65536, 2 ^ 32 + 80 } do
    t.refused_argument(2, "getaddrinfo", S.getaddrinfo, "127.0.0.1", port)
    net.errs(S.getaddrinfo, "127.0.0.1", ("%.0f"):format(port))
  end
  t.bad_argument(2, "getaddrinfo", "number has no integer representation", S.getaddrinfo, "127.0.0.1", 80.5)
end)

t.it("raises where an argument is of another type", function()
  t.bad_argument(1, "getaddrinfo", "string expected, got no value", S.getaddrinfo)
  t.bad_argument(1, "getaddrinfo", "string expected, got nil", S.getaddrinfo, nil, 80)
  t.refused_argument(2, "getaddrinfo", S.getaddrinfo, "127.0.0.1", {})
  t.refused_argument(2, "getaddrinfo", S.getaddrinfo, "127.0.0.1", true)
end)
