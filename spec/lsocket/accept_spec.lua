local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("returns the connection, and the peer's address and port", function(family)
  local listener = net.listen(family)
  local client = net.keep(lsocket.connect(net.address(listener)))
  local results = t.pack(net.readable(listener):accept())
  net.keep(results[1])
  t.equal(results.n, 3)
  t.same({ results[2], results[3] }, { net.address(client) })
  t.integer(results[3])
  t.same(results[1]:info(), {
    fd = results[1]:getfd(), family = family.name, type = "tcp", listening = false, multicast = false,
  })
end, net.hosts)

net.it("returns no address for a unix socket", function(family)
  local listener = net.listen(family)
  net.keep(lsocket.connect(net.address(listener)))
  local connection, address, port = net.readable(listener):accept()
  net.keep(connection)
  t.equal(address, nil)
  t.equal(port, nil)
end, { net.families.unix, net.families.abstract })

net.it("is false where there is no connection", function(family)
  local listener = net.listen(family)
  t.same(t.pack(listener:accept()), t.pack(false))
  net.keep(lsocket.connect(net.address(listener)))
  net.keep(net.readable(listener):accept())
  t.same(t.pack(listener:accept()), t.pack(false))
end)

net.it("goes on where a client has vanished", function(family)
  local listener = net.listen(family)
  for _ = 1, 3 do
    lsocket.connect(net.address(listener)):close()
  end
  local count = 0
  while lsocket.select({ listener }, 0.2) do
    local connection = listener:accept()
    if connection then
      count = count + 1
      connection:close()
    end
  end
  t.equal(count, 3)
end)

t.it("says that a socket does not listen", function()
  local client = net.pair(net.families.inet)
  t.fails("Invalid argument", client:accept())
  t.fails("Operation not supported", net.datagram(net.families.inet):accept())
end)
