local S = require "minisock"
local t = require "spec.support"

t.it("sleeps for so many milliseconds and returns true", function()
  local elapsed, result = t.timed(S.msleep, 200)
  t.equal(result, true)
  t.between(elapsed, 0.2 - t.grain, t.at_once)
end)

t.it("does not sleep for 0", function()
  local elapsed, result = t.timed(S.msleep, 0)
  t.equal(result, true)
  t.between(elapsed, 0, t.at_once)
end)

t.it("raises where the argument is no length of time", function()
  t.bad_argument(1, "msleep", "number expected, got no value", S.msleep)
  t.bad_argument(1, "msleep", "number expected, got nil", S.msleep, nil)
  t.bad_argument(1, "msleep", "number expected, got string", S.msleep, "a while")
  t.bad_argument(1, "msleep", "number has no integer representation", S.msleep, 0.5)
  t.refused_argument(1, "msleep", S.msleep, -1)
  t.refused_argument(1, "msleep", S.msleep, -2 ^ 53)
end)
