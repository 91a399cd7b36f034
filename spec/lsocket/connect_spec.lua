local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("begins a connection, which select and status tell the end of", function(family)
  local listener = net.listen(family)
  local client = net.keep(lsocket.connect(net.address(listener)))
  local info = client:info()
  t.same({ info.type, info.family, info.listening, info.multicast }, { "tcp", family.kind, false, false })
  t.equal(net.writable(client):status(), true)
  local server = net.keep(net.readable(listener):accept())
  t.equal(client:send("x"), 1)
  t.equal(net.readable(server):recv(), "x")
end)

net.it("tells of a refusal, at once or by status", function(family)
  local client, message = lsocket.connect(net.refusing(family))
  if client then
    net.keep(client)
    client, message = net.writable(client):status()
  end
  t.fails("Connection refused", client, message)
end)

net.it("does not wait for an answer", function()
  -- An address for documentation, at which nobody is (RFC 5737).
  local took, client = t.timed(lsocket.connect, "192.0.2.77", 9)
  t.between(took, 0, t.at_once)
  if client then
    client:close()
  end
end, { net.families.inet })

net.it("connects a datagram socket", function(family)
  local receiver = net.datagram(family)
  local sender = net.keep(lsocket.connect("UDP", net.address(receiver)))
  local info = sender:info()
  t.same({ info.type, info.family, info.listening }, { "udp", family.kind, false })
  t.equal(sender:send("datagram"), 8)
  t.equal(net.readable(receiver):recv(), "datagram")
end)

t.it("connects to a name", function()
  -- The first address at which a connection can be begun is taken, whatever becomes of it.
  local first = lsocket.resolve("localhost")[1].addr
  local listener = net.keep(lsocket.bind(first, 0))
  local client = net.keep(lsocket.connect("tcp", "localhost", listener:info("socket").port))
  t.equal(net.writable(client):status(), true)
  t.equal(client:info("peer").addr, first)
end)

t.it("takes an IPv6 address with the name of its interface", function()
  if net.families.inet6 then
    local listener = net.keep(lsocket.bind("::1%lo", 0))
    net.keep(lsocket.connect("::1%lo", listener:info("socket").port))
    net.keep(net.readable(listener):accept())
  end
end)

t.it("takes nil for the type", function()
  local listener = net.listen(net.families.inet)
  net.keep(lsocket.connect(nil, net.address(listener)))
end)

t.it("says what is wrong", function()
  t.fails("No such file or directory", lsocket.connect("/no/such/socket"))
  t.fails("Connection refused", lsocket.connect("@" .. t.unique_name()))
  t.fails("File name too long", lsocket.connect("/" .. ("x"):rep(200)))
  t.fails("Invalid argument", lsocket.connect("a\0b", 80))
  t.fails("No such device", lsocket.connect("fe80::1%no-such", 80))
  t.fails("Permission denied", lsocket.connect("udp", "255.255.255.255", 9))
end)

t.it("says that the backlog of a unix socket is full", function()
  local listener = net.keep(lsocket.bind("@" .. t.unique_name(), nil, 0))
  local name = net.address(listener)
  net.keep(lsocket.connect(name))
  t.fails("Resource temporarily unavailable", lsocket.connect(name))
end)

t.it("leaves nothing open when it fails", function()
  local names = {}
  for index, family in ipairs(net.families) do
    names[index] = t.pack(net.refusing(family))
  end
  local before = t.descriptors.open()
  for _ = 1, 20 do
    for _, name in ipairs(names) do
      local client = lsocket.connect(t.unpack(name))
      if client then
        client:close()
      end
    end
    t.fails_like(".", lsocket.connect("udp", "255.255.255.255", 9))
    t.fails_like(".", lsocket.connect("mcast", "@" .. t.unique_name()))
    t.fails_like(".", lsocket.connect("/no/such/socket"))
    t.fails_like(".", lsocket.connect("fe80::1%no-such", 80))
  end
  t.same(t.descriptors.open(), before)
end)

t.it("raises where an argument is wrong", function()
  t.bad_argument(1, "connect", "string expected, got no value", lsocket.connect)
  t.bad_argument(1, "connect", "string expected, got number", lsocket.connect, 80)
  t.bad_argument(2, "connect", "string expected, got no value", lsocket.connect, "udp")
  t.bad_argument(2, "connect", "number expected, got no value", lsocket.connect, "127.0.0.1")
  t.bad_argument(3, "connect", "number expected, got string", lsocket.connect, "udp", "127.0.0.1", "x")
  t.bad_argument(2, "connect", "port out of range", lsocket.connect, "127.0.0.1", 65536)
  t.bad_argument(3, "connect", "ttl out of range", lsocket.connect, "127.0.0.1", 80, 256)
  t.bad_argument(4, "connect", "ttl out of range", lsocket.connect, "mcast", "224.0.0.1", 80, -1)
end)
