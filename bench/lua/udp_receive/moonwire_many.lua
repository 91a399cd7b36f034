local case = require "case"
local moonwire = require "moonwire"
local address = case.host .. ":" .. case.port
local socket = assert(moonwire.udp { connect = address })
local control = assert(moonwire.udp { connect = address })
assert(socket:send(case.message))

case.bursts(function(size)
  control:send "x"
  assert(control:receive())
  while size > 0 do
    size = size - #socket:receive_many(64, 2048)
  end
end)
