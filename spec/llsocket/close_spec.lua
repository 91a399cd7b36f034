-- sock:close and sock:shutdown.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

net.it("closes", function(family)
  local client, server = net.connected(family)
  net.nothing(client:close())
  net.nothing(server:recv())
  t.equal(client:fd(), -1)
end)

t.it("does nothing the second time", function()
  local sock = assert(L.socket.new(net.families.ipv4.any()))
  net.nothing(sock:close())
  net.nothing(sock:close())
  net.nothing(sock:close(L.SHUT_RDWR))
  net.nothing(sock:close(99))
  t.bad_argument(1, "close", "number expected, got table", sock.close, sock, {})
end)

net.it("shuts down first when it is told how", function(family)
  local client, server = net.connected(family)
  local other = net.keep(client:dup())
  net.nothing(client:close(L.SHUT_WR))
  net.nothing(server:recv())
  t.equal(server:send("x"), 1)
  t.equal(other:recv(), "x")
end)

t.it("closes also where it cannot shut down", function()
  local sock = assert(L.socket.new(net.families.ipv4.any()))
  t.equal(sock:close(L.SHUT_RDWR), net.message.not_connected)
  t.equal(sock:fd(), -1)
  local other = assert(L.socket.new(net.families.ipv4.any()))
  t.equal(other:close(99), net.message.invalid)
  t.equal(other:fd(), -1)
end)

net.it("shuts one direction down", function(family)
  local client, server = net.connected(family)
  net.nothing(client:shutdown(L.SHUT_WR))
  net.nothing(server:recv())
  t.equal(server:send("x"), 1)
  t.equal(client:recv(), "x")
  net.nothing(client:send("x"))
end)

net.it("shuts both directions down", function(family)
  for _, how in ipairs { L.SHUT_RDWR, false } do
    local client, server = net.connected(family)
    net.nothing(client:shutdown(how or nil))
    net.nothing(server:recv())
    net.nothing(client:recv())
    net.nothing(client:send("x"))
  end
end)

t.it("cannot shut down what is not connected", function()
  local sock = net.keep(L.socket.new(net.families.ipv4.any()))
  t.equal(sock:shutdown(L.SHUT_WR), net.message.not_connected)
  t.equal(sock:shutdown(99), net.message.invalid)
end)
