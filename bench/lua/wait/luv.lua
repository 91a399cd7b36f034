local case = require "case"
local uv = require "luv"

local function nothing() end

local idle = {}
for index = 1, case.idle do
  idle[index] = uv.new_tcp()
  assert(idle[index]:connect(case.host, case.port, nothing))
  uv.run()
end

local server, near, far = uv.new_tcp(), uv.new_tcp(), uv.new_tcp()
assert(server:bind(case.host, 0))
assert(server:listen(1, function()
  server:accept(far)
  server:close()
end))
assert(near:connect(case.host, server:getsockname().port, nothing))
uv.run()
for index = 1, case.idle do
  idle[index]:read_start(nothing)
end

case.measure(function()
  local left = case.count
  for _, socket in ipairs { near, far } do
    socket:read_start(function(_, byte)
      left = left - 1
      if left == 0 then
        uv.stop()
      else
        socket:write(byte)
      end
    end)
  end
  near:write "x"
  uv.run()
end)
