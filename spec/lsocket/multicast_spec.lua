local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

-- In a network of its own with nothing but a loopback interface, over which groups are reached.
local NETWORK = [[
  ip link set lo up multicast on &&
  ip route add 224.0.0.0/4 dev lo &&
  { ip -6 route add local ff00::/8 dev lo table local 2>/dev/null; true; } &&
  exec "$0" "$@"
]]

local own_network
t.it("makes a network where that is allowed", function()
  own_network = select(2, t.process.run { "unshare", "-rn", "sh", "-c", NETWORK, "true" }) == 0
end)

--- Runs Lua code with two receivers and a sender in a group.
local function in_network(bind_host, connect_host, code)
  local command = os.getenv("MOONWIRE_SPEC_COMMAND")
  local words = { "unshare", "-rn", "sh", "-c", NETWORK, command, "-e", ([[
    local lsocket = require "lsocket"
    local t = require "spec.support"
    local bind_host, connect_host = %q, %q
    local function receiver(port)
      return assert(lsocket.bind("mcast", bind_host, port))
    end
    local function sender(port, ttl)
      return assert(lsocket.connect("mcast", connect_host, port, ttl))
    end
    local function received(socket)
      assert(lsocket.select({ socket }, 10))
      return socket:recv()
    end
  ]]):format(bind_host, connect_host) .. code .. "\nprint 'done'" }
  local output, status = t.process.run(words)
  t.matches(output, "done\n$")
  t.equal(status, 0)
end

local TWO_RECEIVERS = [[
  local first = receiver(0)
  local port = first:info("socket").port
  local second = receiver(port)
  for _, socket in ipairs { first, second } do
    t.equal(socket:info().multicast, true)
    t.equal(socket:info().listening, true)
    t.equal(socket:info().type, "udp")
  end
  local source = sender(port)
  t.equal(source:info().multicast, true)
  t.equal(source:send("to the group"), 12)
  t.equal(received(first), "to the group")
  t.equal(received(second), "to the group")
  second:close()
  t.equal(source:send("to one"), 6)
  t.equal(received(first), "to one")
]]

local groups = {
  { "an IPv4 group", "239.255.1.2", "239.255.1.2" },
  { "all hosts", "224.0.0.1", "224.0.0.1" },
  { "an IPv6 group", "ff15::1:2", "ff15::1:2", ipv6 = true },
  { "an IPv6 group of an interface", "ff12::1:2%lo", "ff12::1:2%lo", ipv6 = true },
  { "an IPv6 group of a link, where no interface is named", "ff02::1:2", "ff02::1:2%lo", ipv6 = true },
  { "a broadcast address", "0.0.0.0", "127.255.255.255" },
}

for _, group in ipairs(groups) do
  local name, bind_host, connect_host = t.unpack(group)
  if not own_network then
    t.pass_over("a sender and two receivers: " .. name, "no network of its own can be made here")
  elseif group.ipv6 and not net.families.inet6 then
    t.pass_over("a sender and two receivers: " .. name, "this machine has no IPv6")
  else
    t.it("carries what a sender sends to two receivers: " .. name, function()
      in_network(bind_host, connect_host, TWO_RECEIVERS)
    end)
  end
end

t.it("carries on loopback without a network of its own", function()
  local group = "ff12::1:3%lo"
  if not net.families.inet6 then
    t.pass_over("a group on loopback", "this machine has no IPv6")
    return
  end
  local first = net.keep(lsocket.bind("mcast", group, 0))
  local port = first:info("socket").port
  local second = net.keep(lsocket.bind("MCAST", group, port))
  local source, message = lsocket.connect("mcast", group, port)
  if not source then
    t.pass_over("a group on loopback", message)
    return
  end
  net.keep(source)
  local sent
  sent, message = source:send("x")
  if not sent then
    t.pass_over("a group on loopback", message)
    return
  end
  t.equal(net.readable(first):recv(), "x")
  t.equal(net.readable(second):recv(), "x")
end)

t.it("is not there for unix sockets, and leaves nothing open", function()
  local message = "multicast not available for unix domain sockets."
  for _, name in ipairs { "@" .. t.unique_name(), t.temporary_path() } do
    t.fails(message, lsocket.bind("mcast", name))
    t.fails(message, lsocket.connect("mcast", name))
    t.fails(message, lsocket.connect("mcast", name, 80, 5))
  end
end)

t.it("takes addresses that are no groups", function()
  t.equal(net.keep(lsocket.bind("mcast", "127.0.0.1", 0)):info().multicast, true)
  if net.families.inet6 then
    t.equal(net.keep(lsocket.bind("mcast", "::1", 0)):info().multicast, true)
  end
end)
