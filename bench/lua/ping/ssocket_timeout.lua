-- As ssocket.lua, with a time-out.
local case = require "case"
local socket = require("ssocket").tcp()
socket:settimeout(10)
assert(socket:connect(case.host, case.port))
local message = case.message

case.repeated(function()
  socket:write(message)
  assert(#socket:read(#message) == #message)
end)
