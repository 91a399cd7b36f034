-- Prints what is sent to a multicast group, IPv4 or IPv6.
--
--   moonwire examples/llsocket/multicast_listener.lua <group> <port> [interface [source]]
--
-- With a source, only what that host sends. Something to listen to, on the same machine:
--
--   moonwire examples/llsocket/multicast_listener.lua 239.255.0.1 7000 lo
--   echo hello | socat - UDP4-DATAGRAM:239.255.0.1:7000,ip-multicast-if=127.0.0.1

local llsocket = require "llsocket"

local group, port, interface, source = arg[1], arg[2], arg[3], arg[4]
if not port then
  io.stderr:write("usage: multicast_listener.lua <group> <port> [interface [source]]\n")
  os.exit(2)
end

local function check(value, err)
  if not value then
    io.stderr:write("multicast_listener: ", tostring(err), "\n")
    os.exit(1)
  end
  return value
end

local function succeed(err)
  check(not err, err)
end

-- Bound to the group itself, the socket gets what is sent to the group and nothing else.
local address = check(llsocket.inet.getaddrinfo(group, port, llsocket.SOCK_DGRAM, nil, llsocket.AI_NUMERICHOST))
local sock = check(llsocket.socket.new(address))
-- Others on this machine may listen too.
check(sock:reuseaddr(true))
succeed(sock:bind())
if source then
  succeed(sock:mcastjoinsrc(group, source, interface))
else
  succeed(sock:mcastjoin(group, interface))
end

print(("listening to %s, port %s%s"):format(group, port, interface and " on " .. interface or ""))
io.stdout:flush()
while true do
  local message, from, err = sock:recvfrom(65536)
  check(message, err)
  print(("%s: %s"):format(from:addr().ip, (message:gsub("%s+$", ""))))
  io.stdout:flush()
end
