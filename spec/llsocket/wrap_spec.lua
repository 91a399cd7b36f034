-- socket.wrap: a socket of a received descriptor.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

t.it("takes a descriptor over that nobody owns", function()
  local one, two = net.pair()
  local client, server = net.connected(net.families.ipv4)
  t.equal(one:sendfd(client), 1)
  local fd = assert(two:recvfd())
  local sock = net.keep(L.socket.wrap(fd))
  t.equal(sock:fd(), fd)
  t.equal(sock:family(), L.AF_INET)
  t.equal(sock:socktype(), L.SOCK_STREAM)
  t.equal(sock:protocol(), L.IPPROTO_TCP)
  client:close()
  t.equal(sock:send("still there"), 11)
  t.equal(server:recv(), "still there")
end)

t.it("knows the mode of the socket", function()
  local one, two = net.pair()
  local mine = net.pair(L.SOCK_STREAM, true)
  one:sendfd(mine)
  t.equal(net.keep(L.socket.wrap(two:recvfd())):nonblock(), true)
end)

t.it("leaves alone what is no socket", function()
  local file = net.file("x")
  t.fails("Bad file descriptor", L.socket.wrap(-1))
  t.fails("Bad file descriptor", L.socket.wrap(t.descriptors.never_open))
  t.fails("Socket operation on non-socket", L.socket.wrap(0))
  t.equal(file:read("*a"), "x")
end)

t.it("has nothing to close where somebody else has closed it", function()
  local one = net.pair()
  local owner = one:dup()
  L.socket.wrap(owner:fd()):close()
  t.equal(owner:close(), "Bad file descriptor")
  owner = one:dup()
  L.socket.wrap(owner:fd()):close()
  owner = nil
  collectgarbage()
  collectgarbage()
end)

t.it("closes no received descriptor that the program has closed", function()
  local one, two = net.pair()
  one:sendfd(one)
  local message = assert(two:recvmsg())
  L.socket.wrap(message.fds[1]):close()
  message = nil
  collectgarbage()
  collectgarbage()
end)
