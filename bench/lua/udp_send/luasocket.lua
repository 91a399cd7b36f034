local case = require "case"
local socket = require("socket").udp()
assert(socket:setpeername(case.host, case.port))
local message = case.message

case.repeated(function()
  assert(socket:send(message))
end)
