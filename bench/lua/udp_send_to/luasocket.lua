local case = require "case"
local socket = require("socket").udp()
local host, port, message = case.host, case.port, case.message

case.repeated(function()
  assert(socket:sendto(message, host, port))
end)
