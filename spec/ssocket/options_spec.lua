local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

local options = { S.OPT_TCP_NODELAY, S.OPT_TCP_KEEPALIVE, S.OPT_TCP_REUSEADDR }

t.it("sets options of a socket, and tells how they are", function()
  local client = net.pair(net.families.ipv4)
  for _, option in ipairs(options) do
    for _, value in ipairs { true, false, true } do
      t.equal(client:setopt(option, value), true)
      t.equal(client:getopt(option), value)
      t.equal(client:getopt("any level", option), value)
      t.equal(client:getopt(6, option), value)
    end
  end
end)

t.it("takes 1 and 0 as C does", function()
  local client = net.pair(net.families.ipv4)
  for _, socket in ipairs { client, net.keep(S.tcp()), net.keep(S.udp()) } do
    for _, value in ipairs { 1, 0, 1 } do
      t.equal(socket:setopt(S.OPT_TCP_REUSEADDR, value), true)
      t.equal(socket:getopt(S.OPT_TCP_REUSEADDR), value == 1)
    end
  end
end)

t.it("remembers options for the descriptor that is still to come", function()
  local listener, host, port = net.listen()
  local client = net.keep(S.tcp())
  t.fails(S.ERROR_CLOSED, client:getopt(S.OPT_TCP_NODELAY))
  for _, option in ipairs(options) do
    t.equal(client:setopt(option, false), true)
    t.equal(client:setopt(option, true), true)
    t.equal(client:getopt(option), true)
  end
  t.equal(client:fileno(), -1)
  for _ = 1, 2 do
    t.equal(client:connect(host, port), true)
    for _, option in ipairs(options) do
      t.equal(client:getopt(option), true)
    end
    net.keep(listener:accept())
    client:close()
  end
end)

t.it("lets an address be bound again while connections linger, if asked to", function()
  -- Those that linger must have had the option too: connections have it from their listener.
  local listener, client = net.keep(S.tcp()), net.keep(S.tcp())
  t.equal(listener:setopt(S.OPT_TCP_REUSEADDR, true), true)
  t.equal(listener:bind("127.0.0.1", 0), true)
  t.equal(listener:listen(1), true)
  local host, port = net.arguments(listener:getsockname())
  t.equal(client:connect(host, port), true)
  local server = net.keep(listener:accept())
  listener:close()
  -- The end that closes first lingers.
  server:close()
  net.ends(S.ERROR_CLOSED, "", client:read(1))
  client:close()
  local plain = net.keep(S.tcp())
  t.fails("Address already in use", plain:bind(host, port))
  t.equal(plain:setopt(S.OPT_TCP_REUSEADDR, true), true)
  t.equal(plain:bind(host, port), true)
  t.equal(plain:getopt(S.OPT_TCP_REUSEADDR), true)
end)

t.it("says that a kind of socket does not have an option", function()
  local listener, name = net.listen(net.families.unix)
  t.fails("Operation not supported", listener:setopt(S.OPT_TCP_NODELAY, true))
  local client = net.keep(S.tcp())
  t.equal(client:setopt(S.OPT_TCP_NODELAY, true), true)
  t.fails("Operation not supported", client:connect(name))
  t.equal(client:fileno(), -1)
end)

t.it("raises where an argument is wrong", function()
  local socket = S.tcp()
  t.bad_argument(1, "setopt", "unknown option 'tcp_nonsense'", socket.setopt, socket, "tcp_nonsense", true)
  t.bad_argument(1, "setopt", "string expected, got nil", socket.setopt, socket, nil, true)
  t.bad_argument(2, "setopt", "boolean expected, got no value", socket.setopt, socket, options[1])
  t.bad_argument(2, "setopt", "boolean expected, got string", socket.setopt, socket, options[1], "1")
  t.bad_argument(2, "setopt", "neither 1 nor 0", socket.setopt, socket, options[1], 2)
  t.bad_argument(2, "setopt", "neither 1 nor 0", socket.setopt, socket, options[1], -1)
  t.bad_argument(2, "setopt", "number has no integer representation", socket.setopt, socket, options[1], 0.5)
  t.bad_argument(1, "getopt", "unknown option 'tcp_nonsense'", socket.getopt, socket, "tcp_nonsense")
  t.bad_argument(2, "getopt", "unknown option 'tcp_nonsense'", socket.getopt, socket, 6, "tcp_nonsense")
end)
