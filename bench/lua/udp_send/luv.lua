local case = require "case"
local uv = require "luv"
local socket = uv.new_udp()
assert(socket:connect(case.host, case.port))
local message = case.message

case.repeated(function()
  if not socket:try_send(message, nil, nil) then
    error("not sent")
  end
end)
