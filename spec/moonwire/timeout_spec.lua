local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

it("returns what its function returns", function()
  tasks.results({ n = 4, 1, nil, "x", nil }, moonwire.timeout(10, function(...)
    tasks.results({ n = 2, "a", nil }, ...)
    moonwire.sleep(0.001)
    return 1, nil, "x", nil
  end, "a", nil))
  tasks.results({ n = 0 }, moonwire.timeout(10, function() end))
end)

it("raises what its function raises", function()
  local object = {}
  local ok, raised = pcall(moonwire.timeout, 10, error, object)
  t.equal(ok, false)
  t.equal(raised, object)
  -- It is over then.
  t.equal(moonwire.sleep(0.001), true)
end)

it("is over everything inside, from its beginning", function()
  local elapsed, codes = tasks.timed(moonwire.timeout, 0.05, function()
    local codes = {}
    for index = 1, 6 do
      codes[index] = select(3, moonwire.sleep(0.02)) or true
    end
    return codes
  end)
  t.between(elapsed, 0.05, tasks.at_once)
  t.same(codes[1][6], "timeout")
  t.same(codes[1][1], true)
end)

it("ends what need not wait when it has passed", function()
  moonwire.timeout(0, function()
    local channel = moonwire.channel(10)
    tasks.fails("send: timed out", "timeout", channel:send("x"))
    tasks.fails("yield: timed out", "timeout", moonwire.yield())
  end)
end)

it("in another: the earlier one holds", function()
  for _, pair in ipairs { { 0.02, 60 }, { 60, 0.02 } } do
    local elapsed = tasks.timed(moonwire.timeout, pair[1], moonwire.timeout, pair[2], function()
      tasks.fails("sleep: timed out", "timeout", moonwire.sleep(60))
    end)
    t.between(elapsed, 0.02, tasks.at_once)
  end
  moonwire.timeout(60, function()
    moonwire.timeout(0, function() t.equal(select(3, moonwire.sleep(1)), "timeout") end)
    t.equal(moonwire.sleep(0.001), true)
  end)
end)

it("holds for the tasks that are spawned inside", function()
  local task
  local elapsed, outcome = tasks.timed(function()
    moonwire.timeout(0.02, function()
      task = moonwire.spawn(function() return moonwire.sleep(60) end)
    end)
    return task:join()
  end)
  t.between(elapsed, 0.02, tasks.at_once)
  t.same(outcome, { n = 4, true, nil, "sleep: timed out", "timeout" })
end)

it("is over in time whatever its length", function()
  for _, seconds in ipairs { -1, 0, -math.huge } do
    t.equal(select(3, moonwire.timeout(seconds, moonwire.sleep, 60)), "timeout")
  end
  for _, seconds in ipairs { 1e300, math.huge } do
    t.equal(moonwire.timeout(seconds, moonwire.sleep, 0.001), true)
  end
end)

it("leaves calls that end in time alone", function()
  for _ = 1, 1000 do
    t.equal(moonwire.timeout(60, moonwire.yield), true)
  end
  t.equal(moonwire.sleep(0.001), true)
end)

it("works in whatever the program runs it in", function()
  for name, way in pairs(tasks.ways) do
    local code
    t.equal(way(function()
      code = select(3, moonwire.timeout(0.002, moonwire.sleep, 60))
      return name
    end) ~= nil, true)
    t.equal(code, "timeout")
    t.equal(moonwire.yield(), true)
  end
end)

it("leaves its own deadline, whatever order coroutines leave them in", function()
  if _VERSION == "Lua 5.1" and not jit then
    return -- Nothing yields out of a call of pcall there.
  end
  local inner = coroutine.wrap(function()
    return moonwire.timeout(60, function()
      coroutine.yield()
      return select(3, moonwire.sleep(0.03))
    end)
  end)
  local outer = function()
    return moonwire.timeout(0.01, inner)
  end
  outer()
  -- The outer one is over, the inner one is not.
  t.equal(moonwire.sleep(0.02), true)
  t.equal(inner(), nil)
  t.equal(moonwire.sleep(0.001), true)
end)

it("leaves a deadline that a coroutine has entered in another task", function()
  if _VERSION == "Lua 5.1" and not jit then
    return
  end
  local generator = coroutine.wrap(function()
    moonwire.timeout(0.01, coroutine.yield)
    coroutine.yield()
  end)
  local task = moonwire.spawn(function()
    generator()
    moonwire.yield()
    return moonwire.sleep(0.02)
  end)
  moonwire.yield()
  generator()
  t.same({ task:join() }, { true, true })
end)

t.it("needs a task", function()
  t.raises("timeout needs a task: call this inside of run$", moonwire.timeout, 1, print)
end)

it("refuses wrong arguments", function()
  t.raises("bad argument #1 to 'timeout' %(number expected, got no value%)", moonwire.timeout)
  t.raises("bad argument #1 to 'timeout' %(number expected, got string%)", moonwire.timeout, "x", print)
  t.raises("bad argument #1 to 'timeout' %(time%-out is not a number%)", moonwire.timeout, 0 / 0, print)
  t.raises("bad argument #2 to 'timeout' %(function expected, got no value%)", moonwire.timeout, 1)
end)
