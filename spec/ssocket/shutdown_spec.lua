local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

net.it("ends one direction, or both", function(family)
  local client, server = net.pair(family)
  t.equal(client:write("last"), 4)
  t.equal(client:shutdown(S.SHUT_WR), true)
  net.ends(S.ERROR_CLOSED, 0, client:write("x"))
  net.ends(S.ERROR_CLOSED, "last", server:read(10))
  t.equal(server:write("answer"), 6)
  t.equal(client:read(6), "answer")
  t.equal(client:shutdown(S.SHUT_RD), true)
  net.ends(S.ERROR_CLOSED, "", client:read(1))

  client, server = net.pair(family)
  t.equal(client:shutdown(S.SHUT_RDWR), true)
  net.ends(S.ERROR_CLOSED, "", client:read(1))
  net.ends(S.ERROR_CLOSED, "", server:read(1))
end)

t.it("fails where there is no connection", function()
  local socket = net.keep(S.tcp())
  t.fails(S.ERROR_CLOSED, socket:shutdown(S.SHUT_RD))
  t.equal(socket:bind("127.0.0.1", 0), true)
  t.fails("Transport endpoint is not connected", socket:shutdown(S.SHUT_RD))
  t.bad_argument(1, "shutdown", "no way to shut down", socket.shutdown, socket, 17)
  t.bad_argument(1, "shutdown", "number expected, got no value", socket.shutdown, socket)
end)
