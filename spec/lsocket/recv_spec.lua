local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("returns what has come, whatever the bytes", function(family)
  local client, server = net.pair(family)
  local bytes = t.bytes(1000)
  t.equal(client:send(bytes), 1000)
  t.same(t.pack(net.readable(server):recv()), t.pack(bytes))
end)

net.it("is false where nothing has come", function(family)
  local client, server = net.pair(family)
  t.same(t.pack(server:recv()), t.pack(false))
  t.same(t.pack(server:recv(100000)), t.pack(false))
  t.equal(client:send("x"), 1)
  t.equal(net.readable(server):recv(), "x")
  t.same(t.pack(server:recv()), t.pack(false))
end)

net.it("is a single nil at the end of the stream, and again", function(family)
  local client, server = net.pair(family)
  t.equal(client:send("last"), 4)
  client:close()
  t.equal(net.readable(server):recv(), "last")
  net.readable(server)
  for _ = 1, 3 do
    t.same(t.pack(server:recv()), t.pack(nil))
  end
end)

net.it("returns 8192 bytes at most where it is not told, and as many as it is told", function(family)
  local client, server = net.pair(family)
  local bytes = t.bytes(30000)
  t.equal(client:send(bytes), #bytes)
  local first = net.readable(server):recv()
  t.equal(first, bytes:sub(1, 8192))
  t.equal(server:recv(1), bytes:sub(8193, 8193))
  client:close()
  t.equal(net.receive_all(server, 10000), bytes:sub(8194))
end)

net.it("tells an empty datagram from an end", function(family)
  local receiver = net.datagram(family)
  local sender = net.keep(lsocket.connect("udp", net.address(receiver)))
  t.equal(sender:send(""), 0)
  t.equal(sender:send("next"), 4)
  t.same(t.pack(net.readable(receiver):recv()), t.pack(""))
  t.same(t.pack(receiver:recv()), t.pack("next"))
  t.same(t.pack(receiver:recv()), t.pack(false))
end)

net.it("cuts a datagram at the size", function(family)
  local receiver = net.datagram(family)
  local sender = net.keep(lsocket.connect("udp", net.address(receiver)))
  t.equal(sender:send("abcdef"), 6)
  t.equal(sender:send("next"), 4)
  t.equal(net.readable(receiver):recv(3), "abc")
  t.equal(receiver:recv(3), "nex")
end)

net.it("says that the connection was reset", function(family)
  local client, server = net.pair(family)
  t.equal(client:send("unread"), 6)
  net.readable(server)
  server:close()
  net.readable(client)
  t.fails("Connection reset by peer", client:recv())
end)

t.it("says that the socket is not connected", function()
  t.fails("Transport endpoint is not connected", net.listen(net.families.inet):recv())
end)

t.it("is false while a connection is being made", function()
  local listener = net.keep(lsocket.bind("tcp", "127.0.0.1", 0, 0))
  local host, port = net.address(listener)
  local clients = {}
  for index = 1, 3 do
    clients[index] = net.keep(lsocket.connect(host, port))
  end
  t.equal(clients[3]:recv(), false)
  t.equal(clients[3]:send("x"), false)
end)

t.it("raises for a size that is none", function()
  local client = net.pair(net.families.unix)
  for _, size in ipairs { 0, -1, 2 ^ 30 + 1, 2 ^ 31, 2 ^ 53, -2 ^ 53 } do
    t.bad_argument(1, "recv", "size out of range", client.recv, client, size)
    t.bad_argument(1, "recvfrom", "size out of range", client.recvfrom, client, size)
  end
  t.bad_argument(1, "recv", "number expected, got string", client.recv, client, "much")
  t.bad_argument(1, "recv", "number has no integer representation", client.recv, client, 10.5)
  t.equal(client:recv(nil), false)
  t.equal(client:recv(2 ^ 30), false)
end)

t.it("fails where the machine has no memory for the size", function()
  local output = t.process.run_lua([[
    local lsocket = require "lsocket"
    local t = require "spec.support"
    local socket = assert(lsocket.bind("udp", "127.0.0.1", 0))
    t.fails("Cannot allocate memory", socket:recv(2 ^ 30))
    t.fails("Cannot allocate memory", socket:recvfrom(2 ^ 30))
    t.equal(socket:recv(100000), false)
    print("done")
  ]], { memory = 1000000 })
  t.matches(output, "done")
end)
