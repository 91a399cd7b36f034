local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("returns a descriptor that is connected with the address", function(family)
  local _, address = net.listen(family)
  local results = t.pack(S.connect(address))
  local client = net.keep(t.unpack(results))
  t.equal(results.n, 1)
  t.equal(S.getpeername(client), address)
end)

net.it("says that nobody listens", function(family)
  t.fails("connect error: 111 (Connection refused)", S.connect(net.refusing(family)))
end)

t.it("names what the system says", function()
  local nowhere = S.unixaddr(t.temporary_path())
  t.fails("connect error: 2 (No such file or directory)", S.connect(nowhere))
  local _, datagrams = net.datagram(net.families.unix)
  t.fails("connect error: 91 (Protocol wrong type for socket)", S.connect(datagrams))
end)

t.it("raises where the address is no string", function()
  t.bad_argument(1, "connect", "string expected, got no value", S.connect)
  t.bad_argument(1, "connect", "string expected, got nil", S.connect, nil)
  t.bad_argument(1, "connect", "string expected, got function", S.connect, print)
end)
