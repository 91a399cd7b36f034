-- Calls that wait, in processes that are stopped and go on again and again.

local case = require "spec.support.case"
local check = require "spec.support.check"
local clock = require "spec.support.clock"
local process = require "spec.support.process"

local signals = {}

--- How long the calls wait, in seconds; how long they are disturbed; and the most that they may take.
--- Counted anew from the last signal, a wait would end after 2.7 seconds.
local WAIT, DISTURBED, MOST = 1.5, 1.2, 2.4

--- Stops the children and lets them go on, again and again.
local function disturb(children)
  local finish = clock.now() + DISTURBED
  repeat
    for _, child in pairs(children) do
      child:signal("STOP")
      child:signal("CONT")
    end
  until clock.now() > finish
end

--- Each of the calls ends 1.5 seconds after it began, whatever signals come. `calls[name]` has Lua code:
--- `setup`, and `call`, an expression that waits so long; and `outcome`, its first two results in words.
function signals.end_on_time(calls)
  case.it("waits for the time that is left after a signal, not again from the start", function()
    local children = {}
    for name, call in pairs(calls) do
      children[name] = process.start_lua([[
        local t = require "spec.support"
        ]] .. call.setup .. [[
        print("ready")
        local elapsed, first, second = t.timed(function() return ]] .. call.call .. [[ end)
        print(tostring(first) .. " " .. tostring(second))
        print(elapsed)
      ]])
      children[name]:expect("ready")
    end
    disturb(children)
    for name, child in pairs(children) do
      local output, status = child:finish()
      check.equal(status, 0)
      local result, elapsed = output:match("^(.-)\n(.-)\n")
      check.equal(result, calls[name].outcome)
      check.between(tonumber(elapsed), WAIT - clock.grain, MOST)
    end
  end)
end

return signals
