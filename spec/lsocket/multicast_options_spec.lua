-- needs: strace
-- What the kernel is told about multicast sockets.

local t = require "spec.support"
local system_calls = require "spec.support.system_calls"

if not system_calls.can_be_traced() then
  return
end

--- The options that a piece of Lua sets, as strace writes them.
local function options(code)
  return system_calls.trace("local lsocket = require 'lsocket' " .. code, "-e", "trace=setsockopt")
end

t.it("the time to live is the one given, or 1", function()
  for given, expected in pairs { [""] = 1, [", 7"] = 7, [", 0"] = 0, [", 255"] = 255 } do
    local trace = options("lsocket.connect('mcast', '239.255.1.2', 9" .. given .. ")")
    t.matches(trace, "IP_MULTICAST_TTL, %[" .. expected .. "%], 4%) = 0")
    trace = options("lsocket.connect('mcast', 'ff12::1%lo', 9" .. given .. ")")
    t.matches(trace, "IPV6_MULTICAST_HOPS, %[" .. expected .. "%], 4%) = 0")
  end
end)

t.it("an IPv4 address that is no group may be one for broadcasts", function()
  t.matches(options("lsocket.bind('mcast', '127.0.0.1', 0)"), "SO_BROADCAST, %[1%], 4%) = 0")
  t.matches(options("lsocket.connect('mcast', '127.0.0.1', 9)"), "SO_BROADCAST, %[1%], 4%) = 0")
  t.equal(options("lsocket.bind('mcast', '239.255.1.2', 0)"):find("SO_BROADCAST"), nil)
end)

t.it("only multicast sockets are set up so", function()
  t.equal(options("lsocket.bind('udp', '127.0.0.1', 0) lsocket.connect('udp', '127.0.0.1', 9, 7)"), "+++ exited with 0 +++\n")
end)
