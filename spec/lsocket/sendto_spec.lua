local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("sends to an address", function(family)
  local receiver, sender = net.datagram(family), net.datagram(family)
  t.same(t.pack(sender:sendto("datagram", net.address(receiver))), t.pack(8))
  t.equal(net.readable(receiver):recv(), "datagram")
end)

net.it("sends to a name, of the family that the socket has", function(family)
  local receiver, sender = net.datagram(family), net.datagram(family)
  local _, port = net.address(receiver)
  local count, message = sender:sendto("x", "localhost", port)
  if family.name == "inet6" and not count then
    t.pass_over("localhost in IPv6", message)
    return
  end
  t.equal(count, 1)
  t.equal(net.readable(receiver):recv(), "x")
end, net.hosts)

t.it("takes a path without a port, or with one that says nothing", function()
  local receiver, sender = net.datagram(net.families.unix), net.datagram(net.families.abstract)
  local path = net.address(receiver)
  t.equal(sender:sendto("1", path), 1)
  t.equal(sender:sendto("2", path, 0), 1)
  t.equal(sender:sendto("3", path, nil), 1)
  t.equal(receiver:recv() .. receiver:recv() .. receiver:recv(), "123")
end)

t.it("is false where the receiver takes no more", function()
  local receiver, sender = net.datagram(net.families.abstract), net.datagram(net.families.abstract)
  local name = net.address(receiver)
  local count, message
  repeat
    count, message = sender:sendto("x", name)
  until not count
  t.same(t.pack(count, message), t.pack(false, nil))
end)

t.it("says what is wrong", function()
  local inet, unix = net.datagram(net.families.inet), net.datagram(net.families.unix)
  t.fails("No such file or directory", unix:sendto("x", "/no/such/socket"))
  t.fails("No such file or directory", unix:sendto("x", "no-such-socket"))
  t.fails("Connection refused", unix:sendto("x", "@" .. t.unique_name()))
  t.fails("File name too long", unix:sendto("x", "/" .. ("x"):rep(200)))
  t.fails("Address family not supported by protocol", inet:sendto("x", "::1", 9))
  t.fails("Address family not supported by protocol", inet:sendto("x", "/tmp/the-name-of-a-socket"))
  t.fails("Invalid argument", inet:sendto("x", "a\0b", 9))
  t.fails("No such device", inet:sendto("x", "fe80::1%no-such", 9))
  t.fails("Permission denied", inet:sendto("x", "255.255.255.255", 9))
end)

t.it("raises where an argument is wrong", function()
  local socket = net.datagram(net.families.inet)
  t.bad_argument(1, "sendto", "string expected, got nil", socket.sendto, socket, nil, "127.0.0.1", 9)
  t.bad_argument(2, "sendto", "string expected, got no value", socket.sendto, socket, "x")
  t.bad_argument(3, "sendto", "number expected, got no value", socket.sendto, socket, "x", "127.0.0.1")
  t.bad_argument(3, "sendto", "port out of range", socket.sendto, socket, "x", "127.0.0.1", 65536)
  t.bad_argument(3, "sendto", "port out of range", socket.sendto, socket, "x", "/tmp/x", -1)
end)
