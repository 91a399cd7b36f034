local case = require "case"
local socket = require("bare").tcp(case.port)
local message = case.message

case.repeated(function()
  socket:send(message)
  assert(#socket:receive() == #message)
end)
