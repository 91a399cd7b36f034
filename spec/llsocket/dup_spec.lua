-- sock:dup.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

t.it("makes a further descriptor for the same socket", function()
  local one, two = net.pair()
  local other = net.keep(one:dup())
  assert(other:fd() ~= one:fd())
  t.equal(t.descriptors.close_on_exec(other:fd()), true)
  t.equal(other:socktype(), L.SOCK_STREAM)
  one:close()
  t.equal(other:send("x"), 1)
  t.equal(two:recv(), "x")
end)

t.it("keeps the address info, or takes another", function()
  local ai = net.families.abstract.any()
  local sock = net.keep(L.socket.new(ai))
  local same = net.keep(sock:dup())
  net.nothing(same:bind())
  t.same(sock:getsockname():addr(), ai:addr())
  local second = net.families.abstract.any()
  local fresh = net.keep(L.socket.new(ai))
  local other = net.keep(fresh:dup(second))
  net.nothing(other:bind())
  t.same(fresh:getsockname():addr(), second:addr())
end)

t.it("shares the mode, and what hangs on it", function()
  local listener, ai = net.listening(net.families.ipv4)
  local other = net.keep(listener:dup())
  t.equal(other:nonblock(true), true)
  t.equal(listener:nonblock(), true)
  net.results({ n = 3, nil, nil, true }, listener:accept())
  local client = net.keep(L.socket.new(ai))
  net.nothing(client:connect())
  t.equal(net.keep(listener:accept()):nonblock(), true)
end)
