local case = require "case"
local socket = require("ssocket").tcp()
assert(socket:connect(case.host, case.port))
local message = case.message

case.repeated(function()
  socket:write(message)
  assert(#socket:read(#message) == #message)
end)
