-- What a wait says that can never end.

local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"

local EACH_OTHER = "all tasks wait for each other"
local OUTSIDE = "outside of run nothing can end the wait"

tasks.it("all tasks wait for each other", function()
  local one, other
  one = moonwire.spawn(function() return other:join() end)
  other = moonwire.spawn(function() return one:join() end)
  local results = t.pack(one:join())
  -- Where each of the three waits ends at the same time, the first has returned already.
  local from = results[1] and 2 or 1
  tasks.fails("join: " .. EACH_OTHER, "EDEADLK", t.unpack(results, from))
end)

tasks.it("the only task waits for a channel, a semaphore", function()
  tasks.fails("receive: " .. EACH_OTHER, "EDEADLK", moonwire.channel():receive())
  tasks.fails("send: " .. EACH_OTHER, "EDEADLK", moonwire.channel():send("x"))
  tasks.fails("acquire: " .. EACH_OTHER, "EDEADLK", moonwire.semaphore(0):acquire())
end)

tasks.it("a task waits for itself", function()
  local task
  task = moonwire.spawn(function() return task:join() end)
  tasks.results({ n = 4, true, nil, "join: the task waits for itself", "EDEADLK" }, task:join())
end)

t.it("there is no task", function()
  local task = moonwire.spawn(function() end)
  tasks.fails("join: " .. OUTSIDE, "EDEADLK", task:join())
  tasks.fails("receive: " .. OUTSIDE, "EDEADLK", moonwire.channel():receive())
  tasks.fails("acquire: " .. OUTSIDE, "EDEADLK", moonwire.semaphore(0):acquire())
  moonwire.run(function() end)
end)
