local case = require "case"
local uv = require "luv"
local socket, control = uv.new_udp(), uv.new_udp()
assert(socket:connect(case.host, case.port))
assert(control:connect(case.host, case.port))
assert(socket:try_send(case.message, nil, nil))
local left

local function received(problem, data)
  assert(not problem, problem)
  if data then
    left = left - 1
    if left == 0 then
      socket:recv_stop()
      uv.stop()
    end
  end
end

assert(control:recv_start(function(_, data)
  if data then
    socket:recv_start(received)
  end
end))

case.bursts(function(size)
  left = size
  control:try_send("x", nil, nil)
  uv.run()
end)
