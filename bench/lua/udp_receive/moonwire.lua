local case = require "case"
local moonwire = require "moonwire"
local address = case.host .. ":" .. case.port
local socket = assert(moonwire.udp { connect = address })
local control = assert(moonwire.udp { connect = address })
assert(socket:send(case.message))

case.bursts(function(size)
  control:send "x"
  assert(control:receive())
  for _ = 1, size do
    if not socket:receive() then
      error("not received")
    end
  end
end)
