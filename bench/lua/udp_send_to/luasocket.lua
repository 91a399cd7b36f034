local case = require "case"
local socket = require("socket").udp()
local host, port, message = case.host, case.port, case.message

case.repeated(function()
  if not socket:sendto(message, host, port) then
    error("not sent")
  end
end)
