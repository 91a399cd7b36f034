-- sock:connect, sock:getpeername.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

net.it("connects to the address that it was made from", function(family)
  local _, ai = net.listening(family)
  local sock = net.keep(L.socket.new(ai))
  net.nothing(sock:connect())
  t.same(sock:getpeername():addr(), ai:addr())
  t.equal(sock:getpeername():socktype(), L.SOCK_STREAM)
end)

net.it("connects to another one", function(family)
  local _, ai = net.listening(family)
  local sock = net.keep(L.socket.new(family.any()))
  net.nothing(sock:connect(ai))
  local other = net.keep(L.socket.new(family.any()))
  net.nothing(other:connect { ai })
end)

net.it("is refused where nobody listens", function(family)
  local sock, ai = net.bound(family)
  local client = net.keep(L.socket.new(ai))
  t.equal(client:connect(), net.message.refused)
  t.fails(net.message.not_connected, client:getpeername())
  t.equal(sock:error(), 0)
end)

net.it("begins to connect in non-blocking mode", function(family)
  local listener, ai = net.listening(family, true)
  local client = net.keep(L.socket.new(ai, true))
  net.nothing(client:connect())
  local server
  local start = t.now()
  repeat
    server = listener:accept()
  until server or t.now() - start > t.at_once
  net.keep(server)
  t.equal(client:error(), 0)
  t.equal(client:send("x"), 1)
end, net.internet)

t.it("has the error of a connection that has failed meanwhile", function()
  local _, ai = net.bound(net.families.ipv4)
  local client = net.keep(L.socket.new(ai, true))
  net.nothing(client:connect())
  local start, errno = t.now(), nil
  repeat
    errno = client:error()
  until errno ~= 0 or t.now() - start > t.at_once
  t.equal(errno, 111)
  t.equal(client:error(), 0)
end)

t.it("connects datagram sockets", function()
  local receiver, ai = net.bound(net.families.ipv4, L.SOCK_DGRAM)
  local sender = net.keep(L.socket.new(ai))
  net.nothing(sender:connect())
  t.equal(sender:send("x"), 1)
  t.equal(receiver:recv(), "x")
end)

t.it("gives up when the time for sending is over", function()
  local listener, ai = net.bound(net.families.unix)
  net.nothing(listener:listen(1))
  local clients, err = {}, nil
  local start = t.now()
  for index = 1, 4 do
    clients[index] = net.keep(L.socket.new(ai))
    clients[index]:sndtimeo(0.05)
    err = err or clients[index]:connect()
  end
  t.equal(err, net.message.again)
  t.between(t.now() - start, 0, t.at_once)
end)
