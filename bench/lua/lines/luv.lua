-- luv has no lines: what comes is split in Lua.
local case = require "case"
local uv = require "luv"
local socket = uv.new_tcp()
local expected, left = case.line, case.count

assert(socket:connect(case.host, case.port, function(problem)
  assert(not problem, problem)
  uv.stop()
end))
uv.run()

local rest, find, sub = "", string.find, string.sub
case.measure(function()
  assert(socket:read_start(function(problem, bytes)
    assert(not problem, problem)
    bytes = rest .. bytes
    local start = 1
    while left > 0 do
      local stop = find(bytes, "\r\n", start, true)
      if not stop then
        break
      end
      if sub(bytes, start, stop - 1) ~= expected then
        error("another line")
      end
      start = stop + 2
      left = left - 1
    end
    rest = sub(bytes, start)
    if left == 0 then
      uv.stop()
    end
  end))
  uv.run()
end)
