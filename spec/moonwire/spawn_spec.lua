local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

it("starts a task that has its turn after the others, with its arguments", function()
  local order = {}
  local list = {}
  for index = 1, 3 do
    list[index] = moonwire.spawn(function(...)
      order[#order + 1] = index
      t.same(t.pack(...), { n = 4, index, nil, "x", nil })
      return index
    end, index, nil, "x", nil)
  end
  t.same(order, {})
  for index, task in ipairs(list) do
    tasks.results({ n = 2, true, index }, task:join())
  end
  t.same(order, { 1, 2, 3 })
end)

it("tells the status of a task", function()
  local go = moonwire.channel()
  local own
  local waiting
  waiting = moonwire.spawn(function()
    own = waiting:status()
    go:receive()
    moonwire.yield()
  end)
  local failing = moonwire.spawn(function() error("boom") end)
  local cancelled = moonwire.spawn(function() end)
  t.equal(waiting:status(), "ready")
  cancelled:cancel()
  tasks.settle()
  t.equal(own, "running")
  t.equal(waiting:status(), "waiting")
  t.equal(failing:status(), "failed")
  t.equal(cancelled:status(), "cancelled")
  t.equal(failing:join(), false)
  go:send(1)
  t.equal(waiting:status(), "ready")
  tasks.settle()
  t.equal(waiting:status(), "done")
end)

it("gives an object that says what it is and can be nothing else", function()
  local objects = require "spec.support.objects"
  local task = moonwire.spawn(function() end)
  t.equal(type(task), "userdata")
  t.matches(tostring(task), "^task %(ready%): ")
  objects.is_locked(task)
  objects.refuses_foreign_selves(task, "task", { join = t.pack(), cancel = t.pack(), status = t.pack() },
    io.stdout)
  task:join()
  t.matches(tostring(task), "^task %(done%): ")
end)

it("takes many arguments", function()
  local list = {}
  for index = 1, 5000 do
    list[index] = index
  end
  list.n = #list
  local task = moonwire.spawn(function(...) return ... end, t.unpack(list))
  local results = t.pack(task:join())
  t.equal(results.n, 5001)
  t.equal(results[5001], 5000)
end)

it("starts tasks from anywhere in a task", function()
  for _, way in pairs(tasks.ways) do
    local task = moonwire.spawn(way, function()
      return moonwire.spawn(function() return "inner" end)
    end)
    local ok, inner = task:join()
    t.equal(ok, true)
    if type(inner) == "userdata" then
      tasks.results({ n = 2, true, "inner" }, inner:join())
    end
  end
end)

t.it("refuses what is no function", function()
  t.bad_argument(1, "spawn", "function expected, got no value", moonwire.spawn)
  for _, value in ipairs { 1, "x", {}, true } do
    t.bad_argument(1, "spawn", "function expected, got " .. type(value), moonwire.spawn, value)
  end
end)

it("starts each task afresh: what one has set for its coroutine does not stay", function()
  local counted = 0
  moonwire.spawn(function()
    debug.sethook(function() counted = counted + 1 end, "", 1)
  end):join()
  local before = counted
  moonwire.spawn(function()
    local sum = 0
    for index = 1, 10000 do
      sum = sum + index
    end
  end):join()
  if jit then
    debug.sethook() -- A hook is that of the whole program there.
  else
    t.equal(counted, before)
  end
  t.equal(debug.gethook(), nil)
  if setfenv then
    moonwire.spawn(function() setfenv(0, { lost = true }) end):join()
    local _, lost, kept = moonwire.spawn(function()
      return loadstring("return lost")(), loadstring("return print")()
    end):join()
    t.equal(lost, nil)
    t.equal(kept, print)
  end
end)

it("runs C functions that yield, and nothing else", function()
  for _ = 1, 3 do
    tasks.results({ n = 1, true }, moonwire.spawn(coroutine.yield):join())
    tasks.results({ n = 1, true }, moonwire.spawn(coroutine.yield, 1, nil):join())
    tasks.results({ n = 0 }, moonwire.group(coroutine.yield))
  end
  -- What has run them is not used again where that cannot be.
  tasks.results({ n = 2, true, "x" }, moonwire.spawn(function() moonwire.yield() return "x" end):join())
end)

t.it("runs C functions that yield as the main function", function()
  tasks.results({ n = 0 }, moonwire.run(coroutine.yield))
  moonwire.spawn(coroutine.yield)
  while moonwire.step(0) do end
end)
