-- Time that only goes forward.

local clock = {}

--- Seconds since the machine started, in hundredths.
function clock.now()
  local file = assert(io.open("/proc/uptime", "r"))
  local seconds = file:read("*n")
  file:close()
  return seconds
end

--- How long the call took, and what it returned. A wait of t seconds is seen as at least t minus
--- `clock.grain`.
function clock.timed(fn, ...)
  local start = clock.now()
  local first, second = fn(...)
  return clock.now() - start, first, second
end

--- The clock's own coarseness, in seconds.
clock.grain = 0.02

--- An upper limit for what should take no time, generous enough for a busy machine, and far below
--- the default time-out of ten seconds.
clock.at_once = 2

return clock
