local case = require "case"
local moonwire = require "moonwire"
local socket = assert(moonwire.udp { connect = case.host .. ":" .. case.port })
local message = case.message

case.repeated(function()
  if not socket:send(message) then
    error("not sent")
  end
end)
