-- Prints what is sent to a multicast group. Several may run on one machine.
--
--   moonwire examples/lsocket/multicast_receiver.lua [6] [port [group]]
--
-- The interface of an IPv6 group can be named with it: ff12::6d6f%eth0.

local lsocket = require "lsocket"

local six = arg[1] == "6"
local port = tonumber(arg[six and 2 or 1] or "7777", 10)
local group = arg[six and 3 or 2] or (six and "ff15::6d6f" or "239.255.77.77")

local socket = assert(lsocket.bind("mcast", group, port))
io.stdout:setvbuf("line")
print(("listening to %s port %d"):format(group, assert(socket:info("socket")).port))
while lsocket.select { socket } do
  local data, address, sender_port = socket:recvfrom()
  if data then
    print(("%s port %d: %s"):format(address, sender_port, data))
  end
end
