local case = require "case"
local uv = require "luv"
local socket = uv.new_tcp()
local message, left = case.message, case.count

assert(socket:connect(case.host, case.port, function(problem)
  assert(not problem, problem)
  uv.stop()
end))
uv.run()

case.measure(function()
  assert(socket:read_start(function(problem, bytes)
    assert(not problem, problem)
    assert(#bytes == #message)
    left = left - 1
    if left == 0 then
      uv.stop()
    else
      socket:write(message)
    end
  end))
  socket:write(message)
  uv.run()
end)
