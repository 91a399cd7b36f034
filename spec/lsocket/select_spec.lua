local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("returns the sockets that can be read", function(family)
  local client, server = net.pair(family)
  local idle = net.pair(family)
  t.equal(client:send("x"), 1)
  local ready, more = lsocket.select({ idle, server, client }, 10)
  t.same(ready, { server })
  t.equal(more, nil)
end)

net.it("returns the sockets that can be written", function(family)
  local client, server = net.pair(family)
  t.same(t.pack(lsocket.select({ client }, { client, server }, 10)), t.pack({}, { client, server }))
  t.same(t.pack(lsocket.select(nil, { server }, 10)), t.pack({}, { server }))
end)

net.it("returns as many tables as it was passed, in the order of the input", function(family)
  local first, first_peer = net.pair(family)
  local second, second_peer = net.pair(family)
  first_peer:send("x")
  second_peer:send("x")
  net.readable(first)
  net.readable(second)
  for _, timeout in ipairs { 10, -1, 0, 0.5 } do
    t.same(t.pack(lsocket.select({ second, first }, timeout)), t.pack { second, first })
    t.same(t.pack(lsocket.select({ first, second }, nil, timeout)), t.pack { first, second })
    t.same(
      t.pack(lsocket.select({ first, second }, { second, first }, timeout)),
      t.pack({ first, second }, { second, first })
    )
    t.same(t.pack(lsocket.select({ first }, {}, timeout)), t.pack({ first }, {}))
    t.same(t.pack(lsocket.select({}, { first }, timeout)), t.pack({}, { first }))
  end
  t.same(t.pack(lsocket.select({ first })), t.pack { first })
  t.same(t.pack(lsocket.select({ first }, { first })), t.pack({ first }, { first }))
end)

net.it("returns a socket as often as it is in a table", function(family)
  local client = net.pair(family)
  t.same(t.pack(lsocket.select(nil, { client, client }, 10)), t.pack({}, { client, client }))
end)

net.it("returns a socket whose connection fails, or whose peer has gone", function(family)
  local client = lsocket.connect(net.refusing(family))
  if client then
    net.keep(client)
    t.same(t.pack(lsocket.select({ client }, { client }, 10)), t.pack({ client }, { client }))
  end
  local left, right = net.pair(family)
  right:close()
  t.same(lsocket.select({ left }, 10), { left })
end)

net.it("returns a listener that has a connection", function(family)
  local listener = net.listen(family)
  t.equal(lsocket.select({ listener }, 0), false)
  net.keep(lsocket.connect(net.address(listener)))
  t.same(lsocket.select({ listener }, 10), { listener })
end)

t.it("is false when the time is over", function()
  local client = net.pair(net.families.inet)
  for _, timeout in ipairs { 0, 0.05, 0.2 } do
    for _, arguments in ipairs {
      t.pack({ client }, timeout), t.pack({ client }, {}, timeout), t.pack({ client }, nil, timeout),
      t.pack(timeout), t.pack({}, timeout), t.pack({}, {}, timeout), t.pack(nil, nil, timeout),
      t.pack(nil, {}, timeout),
    } do
      local took, result, more = t.timed(lsocket.select, t.unpack(arguments))
      t.equal(result, false)
      t.equal(more, nil)
      t.between(took, timeout - t.grain, timeout + t.at_once)
    end
  end
end)

t.it("goes on when a client comes while it waits", function()
  local listener = net.listen(net.families.inet)
  local _, port = net.address(listener)
  t.process.start_lua(([[
    local lsocket = require "lsocket"
    lsocket.select(0.2)
    local client = assert(lsocket.connect("127.0.0.1", %d))
    lsocket.select(nil, { client }, 5)
    assert(client:status())
  ]]):format(port))
  t.same(lsocket.select({ listener }, 20), { listener })
end)

t.it("passes over closed sockets", function()
  local client, server = net.pair(net.families.inet)
  local closed = net.listen(net.families.inet)
  closed:close()
  t.same(select(2, lsocket.select({ closed }, { closed, client, closed, server }, 10)), { client, server })
  t.equal(lsocket.select({ closed, client }, 0.01), false)
  t.equal(lsocket.select({ closed }, 0.01), false)
end)

t.it("says that there is nothing to wait for", function()
  local message = "no open sockets to check and no timeout set"
  local closed = net.listen(net.families.inet)
  closed:close()
  t.fails(message, lsocket.select())
  t.fails(message, lsocket.select(nil, nil, nil))
  t.fails(message, lsocket.select({}))
  t.fails(message, lsocket.select({}, {}))
  t.fails(message, lsocket.select({ closed }, { closed }))
  -- What would never end is no time-out.
  t.fails(message, lsocket.select(-1))
  t.fails(message, lsocket.select({ closed }, math.huge))
end)

t.it("raises for a table that holds anything but sockets", function()
  local client = net.pair(net.families.inet)
  local message = ": bad argument to 'select' %(tables can only contain sockets%)$"
  for _, value in ipairs { 1, "x", true, {}, print, io.stdout, client:getfd() } do
    t.raises(message, lsocket.select, { value }, 0)
    t.raises(message, lsocket.select, { client, value }, 0)
    t.raises(message, lsocket.select, { value, client }, 0)
    t.raises(message, lsocket.select, { client, nil, value }, 0)
    t.raises(message, lsocket.select, { client, name = value }, 0)
    t.raises(message, lsocket.select, nil, { value }, 0)
    t.raises(message, lsocket.select, { client }, { value }, 0)
  end
end)

t.it("raises where an argument is wrong", function()
  t.bad_argument(1, "select", "table expected, got string", lsocket.select, "x")
  t.bad_argument(1, "select", "table expected, got boolean", lsocket.select, true)
  t.bad_argument(2, "select", "table expected, got string", lsocket.select, {}, "x")
  t.bad_argument(3, "select", "number expected, got table", lsocket.select, {}, {}, {})
  t.bad_argument(1, "select", "table expected, got userdata", lsocket.select, (net.listen(net.families.inet)))
  t.refused_argument(1, "select", lsocket.select, 0 / 0)
  t.refused_argument(3, "select", lsocket.select, {}, {}, 0 / 0)
end)
