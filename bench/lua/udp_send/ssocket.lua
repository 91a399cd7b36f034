local case = require "case"
local socket = require("ssocket").udp()
assert(socket:connect(case.host, case.port))
local message = case.message

case.repeated(function()
  assert(socket:send(message))
end)
