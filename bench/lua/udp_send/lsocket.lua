local case = require "case"
local lsocket = require "lsocket"
local socket = assert(lsocket.connect("udp", case.host, case.port))
local message = case.message

case.repeated(function()
  if not socket:send(message) then
    error("not sent")
  end
end)
