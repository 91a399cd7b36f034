local soak = require "spec.lsocket.soak"
local t = require "spec.support"

local counts = soak(400, 3)

t.it("has served many", function()
  t.equal(counts.most >= 200, true)
  t.between(counts.killed, 2, 4)
  t.equal(counts.accepted > counts.most, true)
  t.equal(counts.bytes > 0, true)
end)
