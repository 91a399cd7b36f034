local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

it("gives true and the results, as often as it is asked", function()
  local task = moonwire.spawn(function()
    moonwire.sleep(0.001)
    return 1, nil, "x", nil
  end)
  for _ = 1, 3 do
    tasks.results({ n = 5, true, 1, nil, "x", nil }, task:join())
  end
  tasks.results({ n = 1, true }, moonwire.spawn(function() end):join())
end)

it("gives false and the error, whatever it is", function()
  local object = {}
  for _, value in ipairs { object, true, print } do
    local task = moonwire.spawn(function() error(value) end)
    for _ = 1, 2 do
      local ok, failure = task:join()
      t.equal(ok, false)
      t.equal(failure, value)
    end
  end
  local ok, message = moonwire.spawn(function() error("boom", 0) end):join()
  t.equal(ok, false)
  t.matches(message, "^boom")
  local none = t.pack(moonwire.spawn(function() error(nil) end):join())
  t.equal(none[1], false)
end)

it("wakes all who wait, in their order", function()
  local order = {}
  local task = moonwire.spawn(function()
    moonwire.sleep(0.005)
    return "done"
  end)
  local joiners = {}
  for index = 1, 5 do
    joiners[index] = moonwire.spawn(function()
      tasks.results({ n = 2, true, "done" }, task:join())
      order[#order + 1] = index
    end)
  end
  for _, joiner in ipairs(joiners) do
    t.equal(joiner:join(), true)
  end
  t.same(order, { 1, 2, 3, 4, 5 })
end)

it("can be called off without harm to the task", function()
  local go = moonwire.channel()
  local task = moonwire.spawn(function() return go:receive() end)
  local joiner = moonwire.spawn(function() return task:join() end)
  tasks.settle()
  joiner:cancel()
  tasks.results({ n = 2, false, "cancelled" }, joiner:join())
  tasks.fails("join: timed out", "timeout", moonwire.timeout(0.01, task.join, task))
  go:send("x")
  tasks.results({ n = 2, true, "x" }, task:join())
end)

it("of itself cannot succeed", function()
  local task
  task = moonwire.spawn(function()
    local _, message, code = task:join()
    return message, code
  end)
  local _, message, code = task:join()
  t.equal(code, "EDEADLK")
  t.matches(message, "^join: ")
end)

it("of each other ends with a word, not never", function()
  local one, other
  one = moonwire.spawn(function() return select(3, other:join()) end)
  other = moonwire.spawn(function() return select(3, one:join()) end)
  local outcomes = { one:join() }
  t.equal(outcomes[2] == "EDEADLK" or outcomes[3] == "EDEADLK", true)
end)

it("is forgotten where the program closes the coroutine that waits", function()
  if not coroutine.close then
    return
  end
  local own
  local go = moonwire.channel()
  local others = { moonwire.spawn(function() go:receive() end) }
  local waiting = moonwire.spawn(function()
    own = coroutine.running()
    return table.remove(others):join()
  end)
  tasks.settle()
  if coroutine.status(own) ~= "suspended" then
    return
  end
  t.equal(coroutine.close(own), true)
  -- Nobody can ask about the other any more: it is gone when it has ended.
  collectgarbage()
  go:send(1)
  tasks.settle()
  local ok, message = waiting:join()
  t.equal(ok, false)
  t.matches(message, "closed by another")
  waiting = nil
  collectgarbage()
  tasks.settle()
end)

it("of a task whose coroutine the program has closed ends, and nobody wakes that any more", function()
  if not coroutine.close then
    return
  end
  local own
  local channel = moonwire.channel()
  local task = moonwire.spawn(function()
    own = coroutine.running()
    channel:receive()
  end)
  tasks.settle()
  if coroutine.status(own) ~= "suspended" then
    return
  end
  t.equal(coroutine.close(own), true)
  task:cancel()
  t.equal(task:join(), false)
  channel:close()
  tasks.settle()
  t.equal(task:status(), "failed")
end)

t.it("outside of run works for what has ended", function()
  local task
  moonwire.run(function() task = moonwire.spawn(function() return 7 end) end)
  tasks.results({ n = 2, true, 7 }, task:join())
  local never = moonwire.spawn(function() return 8 end)
  local _, message, code = never:join()
  t.equal(code, "EDEADLK")
  t.matches(message, "^join: ")
  moonwire.run(function() end)
  tasks.results({ n = 2, true, 8 }, never:join())
end)
