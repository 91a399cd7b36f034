-- Tasks until there is no memory left, in a process that may have little.

local t = require "spec.support"

--- More tasks than there is memory for. Each waits when it has its turn.
local code = [[
local moonwire = require "moonwire"
local started, spawned, message = 0, 0
moonwire.run(function()
  local ok
  repeat
    ok, message = pcall(moonwire.spawn, function()
      started = started + 1
      moonwire.sleep(0.001)
    end)
    if ok then spawned = spawned + 1 end
  until not ok or spawned == 2000000
end)
print(spawned, started, message)
]]

t.it("refuses tasks for which there is no memory, and runs the others", function()
  -- Where every task has a C stack of its own, those are what fails: the program says so.
  if not math.type then return end
  local child = t.process.start_lua(code, { memory = 250000 })
  local output, status = child:finish()
  t.equal(status, 0)
  local spawned, started, message = output:match("(%d+)\t(%d+)\t(.*)")
  t.between(tonumber(spawned), 1000, 1999999)
  t.equal(spawned, started)
  t.matches(message, "not enough memory")
end)
