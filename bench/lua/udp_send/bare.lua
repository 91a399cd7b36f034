local case = require "case"
local socket = require("bare").udp(case.port)
local message = case.message

case.repeated(function()
  assert(socket:send(message))
end)
