local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local function takes_its_time()
  for _, seconds in ipairs { 0, 0.001, 0.02, -1, "0.01" } do
    local elapsed, results = tasks.timed(moonwire.sleep, seconds)
    t.same(results, { n = 1, true })
    t.between(elapsed, math.max(tonumber(seconds), 0), tonumber(seconds) + tasks.at_once)
  end
end

it("takes its whole time, and lets the others run", function()
  local others = 0
  local task = moonwire.spawn(function()
    while moonwire.sleep(0.001) do
      others = others + 1
    end
  end)
  takes_its_time()
  task:cancel()
  t.equal(others > 3, true)
end)

t.it("takes its whole time outside of run", takes_its_time)

it("wakes in the order of the moments, whatever the order of the calls", function()
  local order = {}
  local list = {}
  for _, time in ipairs { 5, 1, 4, 2, 3, 1, 5 } do
    list[#list + 1] = moonwire.spawn(function()
      moonwire.sleep(time / 100)
      order[#order + 1] = time
    end)
  end
  for _, task in ipairs(list) do
    task:join()
  end
  t.same(order, { 1, 1, 2, 3, 4, 5, 5 })
end)

it("of any length can be called off", function()
  for _, seconds in ipairs { 60, 1e9, 1e300, math.huge } do
    local task = moonwire.spawn(moonwire.sleep, seconds)
    tasks.settle()
    t.equal(task:status(), "waiting")
    task:cancel()
    t.equal(task:join(), false)
  end
end)

t.it("refuses what is no number", function()
  t.bad_argument(1, "sleep", "number expected, got no value", moonwire.sleep)
  t.bad_argument(1, "sleep", "number expected, got nil", moonwire.sleep, nil)
  t.bad_argument(1, "sleep", "number expected, got table", moonwire.sleep, {})
  t.bad_argument(1, "sleep", "time is not a number", moonwire.sleep, 0 / 0)
end)
