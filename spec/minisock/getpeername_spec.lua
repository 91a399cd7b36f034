local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("returns the address of the other end", function(family)
  local listener, address = net.listen(family)
  local client = net.keep(S.connect(address))
  local server = net.keep(S.accept(listener))
  t.same(t.pack(S.getpeername(client)), { n = 1, address })
  t.equal(S.getpeername(server), S.getsockname(client))
end)

net.it("fails without another end", function(family)
  local message = "getpeername error: 107 (Transport endpoint is not connected)"
  t.fails(message, S.getpeername((net.listen(family))))
  t.fails(message, S.getpeername((net.datagram(family))))
end)

t.it("raises where the descriptor is no integer", function()
  t.bad_argument(1, "getpeername", "number expected, got no value", S.getpeername)
  t.bad_argument(1, "getpeername", "number expected, got function", S.getpeername, print)
  t.bad_argument(1, "getpeername", "number has no integer representation", S.getpeername, 0.5)
end)
