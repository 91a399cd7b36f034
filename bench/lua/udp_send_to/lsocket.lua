local case = require "case"
local socket = assert(require("lsocket").bind("udp", case.host, 0))
local host, port, message = case.host, case.port, case.message

case.repeated(function()
  assert(socket:sendto(message, host, port))
end)
