-- Options of sockets, in tables and one by one.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

local flags = {
  stream = { "reuse_address", "reuse_port", "keepalive", "nodelay", "cork", "out_of_band_inline", "dont_route" },
  datagram = { "broadcast", "reuse_address", "reuse_port", "multicast_loop", "dont_route" },
}

local function try(socket, name, value, expected)
  t.equal(socket:option(name, value), true)
  t.equal(socket:option(name), expected == nil and value or expected)
end

for kind, names in pairs(flags) do
  for _, name in ipairs(names) do
    t.it("sets and reads " .. name .. " of a " .. kind .. " socket", function()
      local socket = kind == "stream" and net.pair() or net.datagram()
      for _, value in ipairs { true, false } do
        t.equal(socket:option(name, value), true)
        t.equal(socket:option(name), value)
      end
    end)
  end
end

t.it("sets and reads numbers", function()
  local client = net.pair()
  try(client, "keepalive_count", 5)
  try(client, "receive_low_water", 10)
  -- The kernel doubles them.
  try(client, "receive_buffer", 20000, 40000)
  try(client, "send_buffer", 20000, 40000)
  try(net.datagram(), "multicast_hops", 7)
end)

t.it("sets and reads seconds", function()
  local client = net.pair()
  try(client, "keepalive_idle", 30)
  try(client, "keepalive_interval", 7)
  try(client, "keepalive_interval", 1.5, 2)
end)

t.it("sets and reads interfaces", function()
  local socket = net.datagram()
  t.equal(socket:option("multicast_interface"), "")
  try(socket, "multicast_interface", "lo")
  try(socket, "multicast_interface", "")
  net.fails("option " .. socket:local_address() .. ": No such device", "ENODEV",
    socket:option("multicast_interface", "nosuch"))
end)

t.it("takes them for new sockets", function()
  local socket = net.datagram(nil, { broadcast = true, receive_buffer = 30000, multicast_interface = "lo" })
  t.equal(socket:option("broadcast"), true)
  t.equal(socket:option("receive_buffer"), 60000)
  t.equal(socket:option("multicast_interface"), "lo")
  if net.families.ipv6 then
    local listener = net.listen(net.families.ipv6, { ipv6_only = true })
    t.equal(listener:option("ipv6_only"), true)
  end
end)

t.it("leaves IPv4 to others where it is told to", function()
  if net.families.ipv6 then
    local listener = net.keep(M.listen("*:0", { ipv6_only = true }))
    local address = "127.0.0.1:" .. net.port(listener:local_address())
    t.equal(select(3, M.connect(address)), "ECONNREFUSED")
  end
end)

t.it("fails where a socket has no such option", function()
  local listener, address = net.listen(net.families.abstract)
  net.fails("option " .. address .. ": Operation not supported", "EOPNOTSUPP", listener:option("nodelay", true))
  net.fails("listen unix:@x: Operation not supported", "EOPNOTSUPP", M.listen("unix:@x", { nodelay = true }))
  listener:close()
  net.fails("option: closed", "closed", listener:option("nodelay"))
end)

t.it("refuses unknown options and wrong values", function()
  local client = net.pair()
  t.bad_argument(1, "option", "unknown option 'timeout'", client.option, client, "timeout")
  t.bad_argument(1, "option", "string expected, got nil", client.option, client, nil)
  t.bad_argument(2, "option", "boolean expected, got number", client.option, client, "nodelay", 1)
  t.bad_argument(2, "option", "number expected, got boolean", client.option, client, "send_buffer", true)
  t.bad_argument(2, "option", "value out of range", client.option, client, "send_buffer", 2 ^ 31)
  t.bad_argument(2, "option", "seconds out of range", client.option, client, "keepalive_idle", -1)
  local address = "127.0.0.1:0"
  t.bad_argument(2, "listen", "unknown option 'connect'", M.listen, address, { connect = address })
  t.bad_argument(2, "listen", "names of options are strings", M.listen, address, { true })
  t.bad_argument(2, "listen", "table expected, got boolean", M.listen, address, true)
  t.bad_argument(2, "connect", "unknown option 'backlog'", M.connect, address, { backlog = 1 })
  t.bad_argument(2, "connect", "option 'nodelay' must be a boolean", M.connect, address, { nodelay = 1 })
  t.bad_argument(2, "connect", "option 'bind' must be an address", M.connect, address, { bind = 1 })
  t.bad_argument(2, "connect", "option 'bind' must be an address in numbers", M.connect, address, { bind = "a:1" })
  t.bad_argument(2, "connect", "option 'timeout' must be a number of seconds", M.connect, address, { timeout = "x" })
  t.bad_argument(2, "listen", "option 'backlog' must be an integer", M.listen, address, { backlog = 0.5 })
  t.bad_argument(1, "udp", "option 'connect' must be an address", M.udp, { connect = ":1" })
  t.bad_argument(1, "udp", "option 'receive_buffer' must be an integer", M.udp, { receive_buffer = {} })
  t.bad_argument(1, "udp", "option 'multicast_interface' must be the name of an interface", M.udp,
    { multicast_interface = {} })
end)
