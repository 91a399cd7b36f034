-- A few blocks are under way at a time.
local case = require "case"
local uv = require "luv"
local socket = uv.new_tcp()
local block, left, under_way = case.block, case.count, 0

assert(socket:connect(case.host, case.port, function(problem)
  assert(not problem, problem)
  uv.stop()
end))
uv.run()

local function written(problem)
  assert(not problem, problem)
  under_way = under_way - 1
  while left > 0 and under_way < 4 do
    left, under_way = left - 1, under_way + 1
    socket:write(block, written)
  end
  if under_way == 0 then
    uv.stop()
  end
end

case.measure(function()
  under_way = 1
  written()
  uv.run()
end)
