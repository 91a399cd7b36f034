local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

it("ends the call that is pending, once", function()
  for name, way in pairs(tasks.ways) do
    local outcome, after
    local task = moonwire.spawn(function()
      way(function()
        outcome = t.pack(moonwire.sleep(60))
        after = t.pack(moonwire.sleep(0.001))
        return name
      end)
    end)
    while not task:status():find("waiting") do
      moonwire.yield()
    end
    t.equal(task:cancel(), true)
    tasks.results({ n = 2, false, "cancelled" }, task:join())
    t.same(outcome, { n = 3, nil, "sleep: cancelled", "cancelled" })
    t.same(after, { n = 1, true })
    t.equal(task:status(), "cancelled")
    t.equal(task:cancel(), false)
  end
end)

it("ends the next call that may wait, where none is pending", function()
  local calls = {
    function() return moonwire.sleep(0) end,
    function() return moonwire.yield() end,
    function() return moonwire.channel(1):send(1) end,
    function()
      local channel = moonwire.channel(1)
      channel:close()
      return channel:receive()
    end,
    function() return moonwire.semaphore(1):acquire() end,
    function() return moonwire.spawn(function() end):join() end,
    function() return moonwire.group(function() return true end) end,
  }
  for index, call in ipairs(calls) do
    local outcome
    local task
    task = moonwire.spawn(function()
      t.equal(task:cancel(), true)
      outcome = t.pack(call())
      t.equal(moonwire.yield(), true)
    end)
    tasks.results({ n = 2, false, "cancelled" }, task:join())
    if outcome[3] ~= "cancelled" or outcome[1] ~= nil then
      error("call " .. index .. ": " .. t.show(outcome))
    end
  end
end)

it("does not let a task begin that has not begun", function()
  local begun
  local task = moonwire.spawn(function() begun = true end)
  t.equal(task:cancel(), true)
  t.equal(task:cancel(), true)
  tasks.results({ n = 2, false, "cancelled" }, task:join())
  t.equal(begun, nil)
end)

it("lets a task clean up, under a deadline of its own", function()
  local cleaned
  local task = moonwire.spawn(function()
    moonwire.timeout(0.005, function()
      local _, _, code = moonwire.sleep(60)
      t.equal(code, "cancelled")
      -- The deadline from before binds no more.
      local elapsed = tasks.timed(moonwire.sleep, 0.02)
      t.between(elapsed, 0.02, 1)
      tasks.fails("sleep: timed out", "timeout", moonwire.timeout(0.005, moonwire.sleep, 60))
      cleaned = true
    end)
  end)
  tasks.settle()
  task:cancel()
  t.equal(task:join(), false)
  t.equal(cleaned, true)
end)

it("has no second go", function()
  local codes = {}
  local task = moonwire.spawn(function()
    codes[1] = select(3, moonwire.sleep(60))
    codes[2] = moonwire.sleep(0.01)
  end)
  tasks.settle()
  t.equal(task:cancel(), true)
  tasks.settle()
  t.equal(task:cancel(), true)
  task:join()
  t.same(codes, { "cancelled", true })
end)

it("says whether there was something to call off", function()
  local task = moonwire.spawn(function() end)
  task:join()
  t.equal(task:cancel(), false)
  t.equal(task:status(), "done")
end)

it("ends whichever wait it is", function()
  local channel, full, semaphore = moonwire.channel(), moonwire.channel(1), moonwire.semaphore(0)
  full:send(1)
  local other = moonwire.spawn(function() return channel:receive() end)
  local waits = {
    receive = function() return channel:receive() end,
    send = function() return full:send(2) end,
    acquire = function() return semaphore:acquire() end,
    join = function() return other:join() end,
    sleep = function() return moonwire.sleep(math.huge) end,
    group = function()
      return moonwire.group(function() return moonwire.sleep(60) end)
    end,
  }
  for name, wait in pairs(waits) do
    local outcome
    local task = moonwire.spawn(function() outcome = t.pack(wait()) end)
    tasks.settle()
    t.equal(task:cancel(), true)
    t.equal(task:join(), false)
    t.same(outcome, { n = 3, nil, name .. ": cancelled", "cancelled" })
  end
  -- Nothing was taken by those that were called off.
  t.equal(full:receive(), 1)
  t.equal(channel:send("x"), true)
  tasks.results({ n = 2, true, "x" }, other:join())
  semaphore:release()
  t.equal(semaphore:acquire(), true)
end)

it("may come from the task itself, and from outside of run", function()
  local task
  task = moonwire.spawn(function()
    task:cancel()
    return select(3, moonwire.sleep(60))
  end)
  t.equal(task:join(), false)
end)

t.it("works between two steps", function()
  local task = moonwire.spawn(function() return moonwire.sleep(60) end)
  t.equal(moonwire.step(0), true)
  t.equal(task:cancel(), true)
  t.equal(moonwire.step(0), false)
  tasks.results({ n = 2, false, "cancelled" }, task:join())
end)

it("does not hide another error of the task's", function()
  local task = moonwire.spawn(function()
    moonwire.sleep(60)
    error("fault in the clean-up", 0)
  end)
  tasks.settle()
  task:cancel()
  local ok, message = task:join()
  t.equal(ok, false)
  t.equal(message, "fault in the clean-up")
  t.equal(task:status(), "failed")
  -- The error of a wait that was called off is none.
  task = moonwire.spawn(function() assert(moonwire.sleep(60)) end)
  tasks.settle()
  task:cancel()
  tasks.results({ n = 2, false, "cancelled" }, task:join())
  t.equal(task:status(), "cancelled")
end)
