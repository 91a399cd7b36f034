-- connect(host, service)

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("returns a connected descriptor and the address that was reached", function(family)
  local _, address = net.listen(net.families[family.name])
  local port = S.parseaddr(address).port
  for _, service in ipairs { port, tostring(port) } do
    local results = t.pack(S.connect(family.host, service))
    local client = net.keep(t.unpack(results))
    t.equal(results.n, 2)
    t.equal(results[2], address)
    t.equal(S.getpeername(client), address)
  end
end, net.hosts)

t.it("resolves names", function()
  local _, address = net.keep(S.bind("localhost", 0))
  local _, reached = net.keep(S.connect("localhost", S.parseaddr(address).port))
  t.equal(reached, address)
end)

net.it("says that nobody listens", function(family)
  local port = S.parseaddr(net.refusing(net.families[family.name])).port
  t.fails("connect error: 111 (Connection refused)", S.connect(family.host, port))
end, net.hosts)

t.it("says what the resolver says", function()
  t.fails("getaddrinfo: -2 Name or service not known", S.connect("fe80::1%no-such", 1))
  t.fails_like("^getaddrinfo: %-8 ", S.connect("127.0.0.1", "no-such-service"))
end)

t.it("does not cut a name at a NUL", function()
  local _, address = net.listen(net.families.ipv4)
  local port = S.parseaddr(address).port
  net.errs(S.connect, "127.0.0.1\0.example", port)
  net.errs(S.connect, "127.0.0.1", port .. "\0001")
end)

t.it("refuses ports that are none", function()
  for _, port in ipairs { -1, 65536, 2 ^ 31, -2 ^ 31 } do
    t.refused_argument(2, "connect", S.connect, "127.0.0.1", port)
  end
  local _, address = net.listen(net.families.ipv4)
  -- Cut to sixteen bits, this port would be the listener's.
  local too_large = S.parseaddr(address).port + 65536
  t.refused_argument(2, "connect", S.connect, "127.0.0.1", too_large)
  net.errs(S.connect, "127.0.0.1", ("%d"):format(too_large))
  t.bad_argument(2, "connect", "number has no integer representation", S.connect, "127.0.0.1", 0.5)
end)

t.it("raises where an argument is of another type", function()
  t.bad_argument(1, "connect", "string expected, got nil", S.connect, nil, 1)
  t.refused_argument(2, "connect", S.connect, "127.0.0.1", {})
  t.refused_argument(2, "connect", S.connect, "127.0.0.1", false)
end)
