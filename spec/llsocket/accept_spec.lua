-- sock:accept.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

net.it("accepts a connection", function(family)
  local client, server, listener = net.connected(family)
  t.equal(t.descriptors.close_on_exec(server:fd()), true)
  t.equal(server:family(), family.number)
  t.equal(server:socktype(), L.SOCK_STREAM)
  t.equal(server:nonblock(), false)
  t.same(server:getsockname():addr(), listener:getsockname():addr())
  t.equal(client:send("x"), 1)
  t.equal(server:recv(), "x")
end)

net.it("says that it may be tried again", function(family)
  local listener, ai = net.listening(family, true)
  net.results({ n = 3, nil, nil, true }, listener:accept())
  net.nothing(net.keep(L.socket.new(ai)):connect())
  t.equal(net.keep(listener:accept()):nonblock(), true)
end)

net.it("waits no longer than it is told", function(family)
  local listener = net.listening(family)
  listener:rcvtimeo(0.1)
  local took, first, second = t.timed(listener.accept, listener)
  t.between(took, 0.1 - t.grain, t.at_once)
  t.equal(first, nil)
  t.equal(second, nil)
  net.results({ n = 3, nil, nil, true }, listener:accept())
end)

t.it("hands the time-outs down", function()
  local listener, ai = net.listening(net.families.ipv4)
  listener:rcvtimeo(0.1)
  net.nothing(net.keep(L.socket.new(ai)):connect())
  local server = net.keep(listener:accept())
  t.equal(server:rcvtimeo(), listener:rcvtimeo())
  net.results({ n = 3, nil, nil, true }, server:recv())
end)

t.it("fails on what does not listen", function()
  net.results({ n = 3, nil, net.message.invalid, false }, net.bound(net.families.ipv4):accept())
end)
