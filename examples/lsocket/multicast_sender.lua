-- Sends the time to a multicast group, once a second.
--
--   moonwire examples/lsocket/multicast_sender.lua [6] [port [group [count]]]

local lsocket = require "lsocket"

local six = arg[1] == "6"
local offset = six and 1 or 0
local port = tonumber(arg[offset + 1] or "7777", 10)
local group = arg[offset + 2] or (six and "ff15::6d6f" or "239.255.77.77")
local count = tonumber(arg[offset + 3]) or math.huge

-- A time to live of 1 keeps the datagrams on the local network.
local socket = assert(lsocket.connect("mcast", group, port, 1))
while count > 0 do
  assert(socket:send(os.date("%H:%M:%S")))
  count = count - 1
  if count > 0 then
    lsocket.select(1)
  end
end
socket:close()
