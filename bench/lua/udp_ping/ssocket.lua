local case = require "case"
local socket = require("ssocket").udp()
assert(socket:connect(case.host, case.port))
local message = case.message

case.repeated(function()
  socket:send(message)
  assert(#socket:recv(#message) == #message)
end)
