-- bind(host, service)

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("returns a descriptor that listens and the address that was bound", function(family)
  for _, service in ipairs { 0, "0" } do
    local listener, address = net.keep(S.bind(family.host, service))
    t.equal(address, S.getsockname(listener))
    local parsed = S.parseaddr(address)
    t.equal(parsed.addr, family.host)
    t.between(parsed.port, 1, 65535)
    local client = net.keep(S.connect(address))
    t.equal(S.getpeername(client), address)
  end
end, net.hosts)

t.it("resolves names", function()
  local listener, address = net.keep(S.bind("localhost", 0))
  t.equal(address, S.getsockname(listener))
  net.keep(S.connect(address))
end)

for _, host in ipairs { "", "*" } do
  t.it("binds to every address for the host " .. t.show(host), function()
    local listener, address = net.keep(S.bind(host, 0))
    t.equal(address, S.getsockname(listener))
    local bound = S.parseaddr(address)
    local reached
    if bound.family == "inet" then
      t.equal(bound.addr, "0.0.0.0")
      reached = S.ipv4addr("127.0.0.1", bound.port)
    else
      t.equal(bound.addr, "::")
      reached = S.ipv6addr("::1", bound.port)
    end
    net.keep(S.connect(reached))
  end)
end

net.it("refuses an address that is in use", function(family)
  local _, address = net.keep(S.bind(family.host, 0))
  local port = S.parseaddr(address).port
  t.fails("bind error: 98 (Address already in use)", S.bind(family.host, port))
  t.fails("bind error: 98 (Address already in use)", S.bind(family.host, tostring(port)))
end, net.hosts)

t.it("says what the resolver says", function()
  t.fails("getaddrinfo: -2 Name or service not known", S.bind("fe80::1%no-such", 0))
  t.fails_like("^getaddrinfo: %-8 ", S.bind("127.0.0.1", "no-such-service"))
end)

t.it("names what the system says", function()
  t.fails("bind error: 99 (Cannot assign requested address)", S.bind("192.0.2.1", 0))
end)

t.it("does not cut a name at a NUL", function()
  net.errs(S.bind, "127.0.0.1\0.example", 0)
  net.errs(S.bind, "\0", 0)
  net.errs(S.bind, "127.0.0.1", "0\0001")
end)

t.it("refuses ports that are none", function()
  for _, port in ipairs { -1, 65536, 2 ^ 31, -2 ^ 31 } do
    t.refused_argument(2, "bind", S.bind, "127.0.0.1", port)
  end
  for _, port in ipairs { "-1", "65536", "4294967296", "18446744073709551616" } do
    net.errs(S.bind, "127.0.0.1", port)
  end
  t.bad_argument(2, "bind", "number has no integer representation", S.bind, "127.0.0.1", 0.5)
end)

t.it("raises where an argument is of another type", function()
  t.bad_argument(1, "bind", "string expected, got nil", S.bind, nil, 0)
  t.bad_argument(1, "bind", "string expected, got table", S.bind, {}, 0)
  t.refused_argument(2, "bind", S.bind, "127.0.0.1", {})
  t.refused_argument(2, "bind", S.bind, "127.0.0.1", true)
end)
