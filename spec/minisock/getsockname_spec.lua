local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

local length = { ipv4 = 16, ipv6 = 28 }

net.it("returns the address of a listener, of both ends of a connection, of a datagram socket", function(family)
  local listener, address = net.listen(family)
  local client = net.keep(S.connect(address))
  local server, client_address = net.keep(S.accept(listener))
  t.same(t.pack(S.getsockname(server)), { n = 1, address })
  t.equal(S.getsockname(client), client_address)
  t.equal(S.getsockname(client), S.getpeername(server))
  local _, datagram_address = net.datagram(family)
  if length[family.name] then
    t.equal(#address, length[family.name])
    t.equal(#client_address, length[family.name])
    t.equal(#datagram_address, length[family.name])
  end
end)

net.it("returns an address that can be bound to", function(family)
  local listener, address = net.listen(family)
  net.shut(listener)
  if family.name == "unix" then
    assert(os.remove(S.parseaddr(address).path))
  end
  t.equal(S.getsockname(net.keep(S.bind(address))), address)
end, { net.families.unix, net.families.abstract })

t.it("returns the wildcard of an unbound socket", function()
  local unbound = S.getsockname(net.keep(S.udpsocket()))
  t.equal(unbound, "\2\0" .. ("\0"):rep(14))
end)

t.it("fails on what is no socket", function()
  local fd, file = t.descriptors.opened_by(function()
    return io.open("/dev/null")
  end)
  t.fails("getsockname error: 88 (Socket operation on non-socket)", S.getsockname(fd))
  file:close()
end)

t.it("raises where the descriptor is no integer", function()
  t.bad_argument(1, "getsockname", "number expected, got no value", S.getsockname)
  t.bad_argument(1, "getsockname", "number expected, got nil", S.getsockname, nil)
  t.bad_argument(1, "getsockname", "number has no integer representation", S.getsockname, 0.5)
end)
