local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("is true where there is no error", function(family)
  local client, server = net.pair(family)
  t.equal(client:status(), true)
  t.equal(server:status(), true)
  t.equal(net.listen(family):status(), true)
  t.equal(net.datagram(family):status(), true)
end)

net.it("tells that a connection was reset", function(family)
  local client, server = net.pair(family)
  -- Closing with bytes unread makes a reset of it.
  t.equal(client:send("unread"), 6)
  net.readable(server)
  server:close()
  net.readable(client)
  t.fails("Connection reset by peer", client:status())
end)

net.it("tells that a datagram was refused", function(family)
  local receiver = net.datagram(family)
  local sender = net.keep(lsocket.connect("udp", net.address(receiver)))
  receiver:close()
  t.equal(sender:send("x"), 1)
  net.readable(sender)
  t.fails("Connection refused", sender:status())
end, net.hosts)

t.it("fails on a closed socket", function()
  local socket = net.listen(net.families.inet)
  socket:close()
  t.fails("Bad file descriptor", socket:status())
end)
