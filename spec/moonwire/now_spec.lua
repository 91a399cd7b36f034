local moonwire = require "moonwire"
local t = require "spec.support"

t.it("goes forward as time does, in seconds", function()
  local before = moonwire.now()
  local elapsed = t.timed(moonwire.sleep, 0.1)
  local passed = moonwire.now() - before
  t.between(passed, 0.1, elapsed + 2 * t.grain + 0.1)
  t.equal(type(before), "number")
  t.equal(before >= 0, true)
end)

t.it("never goes back", function()
  local last = moonwire.now()
  for _ = 1, 10000 do
    local now = moonwire.now()
    t.equal(now >= last, true)
    last = now
  end
end)
