local case = require "case"
local socket = assert(require("lsocket").bind("udp", case.host, 0))
local host, port, message = case.host, case.port, case.message

case.repeated(function()
  if not socket:sendto(message, host, port) then
    error("not sent")
  end
end)
