local case = require "case"
local socket = require("socket").udp()
assert(socket:setpeername(case.host, case.port))
local message = case.message

case.repeated(function()
  if not socket:send(message) then
    error("not sent")
  end
end)
