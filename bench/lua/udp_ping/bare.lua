local case = require "case"
local socket = require("bare").udp(case.port)
local message = case.message

case.repeated(function()
  socket:send(message)
  assert(#socket:receive() == #message)
end)
