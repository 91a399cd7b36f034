local case = require "case"
local socket = require("ssocket").udp()
assert(socket:connect(case.host, case.port))
local message = case.message

case.repeated(function()
  if not socket:send(message) then
    error("not sent")
  end
end)
