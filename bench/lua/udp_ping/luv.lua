local case = require "case"
local uv = require "luv"
local socket = uv.new_udp()
assert(socket:connect(case.host, case.port))
local message, left = case.message, case.count

case.measure(function()
  assert(socket:recv_start(function(problem, bytes)
    assert(not problem, problem)
    if not bytes then
      return
    end
    left = left - 1
    if left == 0 then
      uv.stop()
    else
      socket:try_send(message, nil, nil)
    end
  end))
  socket:try_send(message, nil, nil)
  uv.run()
end)
