local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("returns a datagram, and the address and port of its sender", function(family)
  local receiver, sender = net.datagram(family), net.datagram(family)
  local host, port = net.address(receiver)
  local bytes = t.bytes(1000)
  t.equal(sender:sendto(bytes, host, port), 1000)
  t.same(t.pack(net.readable(receiver):recvfrom()), t.pack(bytes, net.address(sender)))
end, net.hosts)

net.it("returns a datagram and the name of its sender", function(family)
  local receiver, sender = net.datagram(family), net.datagram(family)
  t.equal(sender:sendto("x", (net.address(receiver))), 1)
  local data, name, port = net.readable(receiver):recvfrom()
  t.same({ data, name }, { "x", (net.address(sender)) })
  t.equal(port, nil)
  -- And the other way with what came.
  t.equal(receiver:sendto("y", name), 1)
  t.equal(net.readable(sender):recv(), "y")
end, { net.families.unix, net.families.abstract })

t.it("returns a datagram alone where the sender has no name", function()
  local receiver = net.datagram(net.families.abstract)
  local sender = net.keep(lsocket.connect("udp", net.address(receiver)))
  t.equal(sender:send("x"), 1)
  local data, name, port = net.readable(receiver):recvfrom()
  t.same(t.pack(data, name, port), t.pack("x", nil, nil))
end)

net.it("is false where nothing has come, and an empty datagram is empty", function(family)
  local receiver, sender = net.datagram(family), net.datagram(family)
  t.same(t.pack(receiver:recvfrom()), t.pack(false))
  t.equal(sender:sendto("", net.address(receiver)), 0)
  local data, name = net.readable(receiver):recvfrom()
  t.same({ data, name }, { "", (net.address(sender)) })
  t.same(t.pack(receiver:recvfrom()), t.pack(false))
end)

t.it("returns a datagram of the greatest length", function()
  local receiver, sender = net.datagram(net.families.inet), net.datagram(net.families.inet)
  local bytes = t.bytes(65507)
  t.equal(sender:sendto(bytes, net.address(receiver)), 65507)
  local data, host, port = net.readable(receiver):recvfrom(65536)
  t.equal(data == bytes, true)
  t.same({ host, port }, { net.address(sender) })
end)

net.it("works on a stream, which has no sender", function(family)
  local client, server = net.pair(family)
  t.equal(client:send("x"), 1)
  t.equal((net.readable(server):recvfrom()), "x")
  client:close()
  t.same(t.pack(net.readable(server):recvfrom()), t.pack(nil))
end, { net.families.inet })

t.it("shows the interface of an IPv6 address that has one", function()
  local address
  for _, interface in ipairs(lsocket.getinterfaces()) do
    if interface.addr:find("%%") then
      address = interface.addr
    end
  end
  if not address then
    t.pass_over("link-local addresses", "this machine has none")
    return
  end
  local receiver = net.keep(lsocket.bind("udp", address, 0))
  local sender = net.keep(lsocket.bind("udp", address, 0))
  local _, port = net.address(receiver)
  if not sender:sendto("x", address, port) then
    t.pass_over("link-local addresses", "they cannot be used here")
    return
  end
  t.same(t.pack(net.readable(receiver):recvfrom()), t.pack("x", net.address(sender)))
  t.equal(net.address(sender), address)
end)
