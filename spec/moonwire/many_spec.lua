local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local MANY = 100000
--- Where each task that waits has a C stack, fewer can wait.
local WAITING = tasks.hold_stacks and 10000 or MANY

it("runs many tasks", function()
  local ended = 0
  for index = 1, MANY do
    moonwire.spawn(function(value)
      t.equal(value, index)
      ended = ended + 1
    end, index)
  end
  repeat
    moonwire.yield()
  until ended == MANY
end)

it("lets many wait for time", function()
  local start = moonwire.now()
  local ended = 0
  for index = 1, WAITING do
    moonwire.spawn(function()
      moonwire.sleep(0.05 + index % 100 / 1000)
      ended = ended + 1
    end)
  end
  repeat
    moonwire.sleep(0.02)
  until ended == WAITING
  t.between(moonwire.now() - start, 0.05, 40)
end)

it("lets many wait for one channel", function()
  local channel = moonwire.channel()
  local sum = 0
  for _ = 1, WAITING do
    moonwire.spawn(function()
      local value = channel:receive()
      sum = sum + value
    end)
  end
  for index = 1, WAITING do
    channel:send(index)
  end
  tasks.settle()
  t.equal(sum == WAITING * (WAITING + 1) / 2, true)
end)

it("has many channels", function()
  local first = moonwire.channel()
  local last = first
  local hops = WAITING / 10
  for _ = 1, hops do
    local from, to = last, moonwire.channel()
    moonwire.spawn(function() to:send(from:receive() + 1) end)
    last = to
  end
  for _ = 1, MANY do
    moonwire.channel()
    moonwire.semaphore(1)
  end
  first:send(0)
  t.equal(last:receive() == hops, true)
end)

it("wakes many at once, and calls many off", function()
  local semaphore = moonwire.semaphore(0)
  local list = {}
  for index = 1, WAITING do
    list[index] = moonwire.spawn(function() return semaphore:acquire() end)
  end
  tasks.settle()
  for index = 1, WAITING, 2 do
    t.equal(list[index]:cancel(), true)
  end
  for _ = 1, WAITING / 2 do
    semaphore:release()
  end
  local acquired = 0
  for _, task in ipairs(list) do
    local ok, got = task:join()
    acquired = acquired + (ok and got and 1 or 0)
  end
  t.equal(acquired == WAITING / 2, true)
end)

it("holds a group of many", function()
  local ended = 0
  moonwire.group(function(group)
    for _ = 1, WAITING do
      group:spawn(function()
        moonwire.yield()
        ended = ended + 1
      end)
    end
  end)
  t.equal(ended, WAITING)
end)

it("fails what has no room for its C stack any more, and goes on", function()
  if not tasks.hold_stacks then
    return
  end
  -- The number of mappings of a process is limited.
  local output = t.process.run_lua([[
    local moonwire = require "moonwire"
    moonwire.run(function()
      local failed, list = 0, {}
      local go = moonwire.channel()
      for index = 1, 50000 do
        list[index] = moonwire.spawn(function() return go:receive() end)
      end
      moonwire.yield()
      moonwire.yield()
      go:close()
      for _, task in ipairs(list) do
        local ok, message = task:join()
        if not ok then
          failed = failed + 1
          assert(message:find("no memory for another stack"), message)
        end
      end
      print(failed > 0 and "some" or "none", moonwire.spawn(function() return moonwire.sleep(0.001) end):join())
    end)
  ]])
  t.matches(output, "true\ttrue\n")
end)
