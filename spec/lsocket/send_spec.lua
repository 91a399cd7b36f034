local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("sends what the system takes, and is false where it takes no more", function(family)
  local client, server = net.pair(family)
  local chunk = t.bytes(100000)
  local sent, count = 0, nil
  repeat
    count = client:send(chunk)
    if count then
      t.integer(count)
      sent = sent + count
    end
  until not count
  t.same(t.pack(client:send("x")), t.pack(false))
  t.equal(lsocket.select(nil, { client }, 0), false)
  client:close()
  t.equal(#net.receive_all(server, 1000000), sent)
end)

t.it("counts what it has sent of the empty string", function()
  local client = net.pair(net.families.inet)
  t.same(t.pack(client:send("")), t.pack(0))
end)

t.it("takes a number for a string", function()
  local client, server = net.pair(net.families.inet)
  t.equal(client:send(12), 2)
  t.equal(net.readable(server):recv(), "12")
end)

net.it("says that the peer has gone, and raises no signal", function(family)
  local client, server = net.pair(family)
  server:close()
  net.readable(client)
  local count, message
  repeat
    count, message = client:send("x")
  until not count
  t.fails("Broken pipe", count, message)
  t.fails("Broken pipe", client:send("x"))
end)

t.it("says that the socket is not connected", function()
  t.fails("Destination address required", net.datagram(net.families.inet):send("x"))
  t.fails("Broken pipe", net.listen(net.families.inet):send("x"))
end)

t.it("says that a datagram is too long", function()
  local receiver = net.datagram(net.families.inet)
  local sender = net.keep(lsocket.connect("udp", net.address(receiver)))
  t.fails("Message too long", sender:send(("x"):rep(70000)))
end)

t.it("raises for what is no string", function()
  local client = net.pair(net.families.inet)
  t.bad_argument(1, "send", "string expected, got no value", client.send, client)
  t.bad_argument(1, "send", "string expected, got table", client.send, client, {})
end)
