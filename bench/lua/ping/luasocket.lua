local case = require "case"
local socket = assert(require("socket").connect(case.host, case.port))
local message = case.message

case.repeated(function()
  socket:send(message)
  assert(#socket:receive(#message) == #message)
end)
