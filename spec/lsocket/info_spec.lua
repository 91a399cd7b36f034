local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("tells what a socket is", function(family)
  local client, server = net.pair(family)
  for _, socket in ipairs { client, server } do
    t.same(socket:info(), {
      fd = socket:getfd(), family = family.kind, type = "tcp", listening = false, multicast = false,
    })
  end
  local listener = net.listen(family)
  t.same(listener:info(nil), {
    fd = listener:getfd(), family = family.kind, type = "tcp", listening = true, multicast = false,
  })
  local datagrams = net.datagram(family)
  t.same(datagrams:info(), {
    fd = datagrams:getfd(), family = family.kind, type = "udp", listening = true, multicast = false,
  })
  t.integer(datagrams:info().fd)
  local sender = net.keep(lsocket.connect("udp", net.address(datagrams)))
  t.equal(sender:info().listening, false)
end)

t.it("tells of a multicast socket whether bind or connect has made it", function()
  local receiver = net.keep(lsocket.bind("mcast", "127.0.0.1", 0))
  t.equal(receiver:info().listening, true)
  t.equal(receiver:info().multicast, true)
  local sender = net.keep(lsocket.connect("mcast", "127.0.0.1", receiver:info("socket").port))
  t.equal(sender:info().listening, false)
  t.equal(sender:info().multicast, true)
end)

net.it("tells the addresses of both ends", function(family)
  local client, server = net.pair(family)
  t.same(client:info("peer"), server:info("socket"))
  t.same(server:info("peer"), client:info("socket"))
  t.same(client:info("socket"), { family = family.name, addr = family.host, port = client:info("socket").port })
  t.integer(client:info("socket").port)
end, net.hosts)

t.it("tells the name of a unix socket, and no port", function()
  for _, name in ipairs { "@" .. t.unique_name(), t.temporary_path(), "@a\0b" .. t.unique_name() } do
    local listener = net.keep(lsocket.bind(name))
    local client = net.keep(lsocket.connect(name))
    t.same(listener:info("socket"), { family = "unix", addr = name })
    t.same(client:info("peer"), { family = "unix", addr = name })
    t.same(client:info("socket"), { family = "unix", addr = "" })
  end
end)

t.it("is nil for any other word", function()
  local socket = net.listen(net.families.inet)
  for _, word in ipairs { "", "Peer", "other", 5 } do
    t.same(t.pack(socket:info(word)), t.pack(nil))
  end
end)

t.it("says that there is no peer", function()
  t.fails("Transport endpoint is not connected", net.listen(net.families.inet):info("peer"))
end)

t.it("of a closed socket has the descriptor -1, and no addresses", function()
  local socket = net.listen(net.families.inet)
  socket:close()
  t.equal(socket:info().fd, -1)
  t.fails("Bad file descriptor", socket:info("socket"))
  t.fails("Bad file descriptor", socket:info("peer"))
end)

t.it("raises for what is no string", function()
  local socket = net.listen(net.families.inet)
  t.bad_argument(1, "info", "string expected, got boolean", socket.info, socket, true)
end)
