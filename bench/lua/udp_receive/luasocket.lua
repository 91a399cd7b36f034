local case = require "case"
local new = require("socket").udp
local socket, control = new(), new()
assert(socket:setpeername(case.host, case.port))
assert(control:setpeername(case.host, case.port))
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
