-- What comes is put together to blocks of 64 KiB.
local case = require "case"
local uv = require "luv"
local socket = uv.new_tcp()
local size, left = #case.block, case.count

assert(socket:connect(case.host, case.port, function(problem)
  assert(not problem, problem)
  uv.stop()
end))
uv.run()

local pieces, present = {}, 0
case.measure(function()
  assert(socket:read_start(function(problem, bytes)
    assert(not problem, problem)
    if present == 0 and #bytes == size then
      left = left - 1
    else
      pieces[#pieces + 1] = bytes
      present = present + #bytes
      if present >= size then
        local whole = table.concat(pieces)
        assert(#whole:sub(1, size) == size)
        left = left - 1
        pieces, present = { whole:sub(size + 1) }, present - size
      end
    end
    if left == 0 then
      uv.stop()
    end
  end))
  uv.run()
end)
