local case = require "case"
local lsocket = require "lsocket"
local socket = assert(lsocket.connect("udp", case.host, case.port))
local message = case.message

case.repeated(function()
  assert(socket:send(message))
end)
