local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("returns a descriptor that listens at the address", function(family)
  local results = t.pack(S.bind(family.any()))
  local listener = net.keep(t.unpack(results))
  t.equal(results.n, 1)
  net.keep(S.connect(S.getsockname(listener)))
end)

net.it("takes a free port for port 0", function(family)
  local _, address = net.listen(family)
  t.between(S.parseaddr(address).port, 1, 65535)
end, net.hosts)

net.it("refuses an address that is in use", function(family)
  local _, address = net.listen(family)
  t.fails("bind error: 98 (Address already in use)", S.bind(address))
end)

net.it("lets 32 clients in before the first is accepted", function(family)
  local listener, address = net.listen(family)
  for _ = 1, 32 do
    net.keep(S.connect(address))
  end
  for _ = 1, 32 do
    net.keep(S.accept(listener))
  end
end)

net.it("binds to a port of which an old connection has not passed away", function(family)
  -- The end that closes first is the one that keeps the port.
  local listener, address = net.listen(family)
  local client = net.keep(S.connect(address))
  local server = net.keep(S.accept(listener))
  net.shut(server)
  t.equal(S.read(client), "")
  net.shut(client)
  net.shut(listener)
  net.keep(S.bind(address))
end, net.hosts)

t.it("names what the system says", function()
  t.fails("bind error: 99 (Cannot assign requested address)", S.bind(S.ipv4addr("192.0.2.1", 0)))
  local missing = S.unixaddr(t.temporary_path() .. "/socket")
  t.fails("bind error: 2 (No such file or directory)", S.bind(missing))
end)

t.it("does not bind over a file", function()
  local path = t.temporary_path()
  assert(io.open(path, "w")):close()
  t.fails("bind error: 98 (Address already in use)", S.bind(S.unixaddr(path)))
end)

t.it("raises where the address is no string", function()
  t.bad_argument(1, "bind", "string expected, got no value", S.bind)
  t.bad_argument(1, "bind", "string expected, got nil", S.bind, nil)
  t.bad_argument(1, "bind", "string expected, got table", S.bind, {})
  t.bad_argument(1, "bind", "string expected, got boolean", S.bind, true)
end)
