local case = require "case"
local new = require("ssocket").udp
local socket, control = new(), new()
assert(socket:connect(case.host, case.port))
assert(control:connect(case.host, case.port))
assert(socket:send(case.message))

case.bursts(function(size)
  control:send "x"
  assert(control:recv(1))
  for _ = 1, size do
    if not socket:recv(2048) then
      error("not received")
    end
  end
end)
