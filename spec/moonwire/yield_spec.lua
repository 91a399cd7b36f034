local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local function take_turns(give_way)
  local order = {}
  local list = {}
  for _, name in ipairs { "a", "b", "c" } do
    list[#list + 1] = moonwire.spawn(function()
      for _ = 1, 3 do
        order[#order + 1] = name
        give_way()
      end
    end)
  end
  for _, task in ipairs(list) do
    t.equal(task:join(), true)
  end
  t.equal(table.concat(order), "abcabcabc")
end

it("gives way to every task that is ready", function()
  take_turns(moonwire.yield)
  tasks.results({ n = 1, true }, moonwire.yield())
end)

it("is what coroutine.yield does in a task", function()
  take_turns(coroutine.yield)
  take_turns(function() coroutine.yield(1, nil, "x") end)
  tasks.results({ n = 0 }, coroutine.yield("x"))
end)

it("does not keep those from their turn who wait for time or sockets", function()
  local slept
  moonwire.spawn(function()
    moonwire.sleep(0.005)
    slept = true
  end)
  local start = moonwire.now()
  repeat
    moonwire.yield()
  until slept or moonwire.now() - start > tasks.at_once
  t.equal(slept, true)
end)

t.it("outside of run has nobody to give way to", function()
  tasks.results({ n = 1, true }, moonwire.yield())
end)

it("within a deadline leaves nothing behind that would hide a deadlock", function()
  local channel = moonwire.channel()
  moonwire.timeout(60, function()
    for _ = 1, 10 do
      moonwire.yield()
    end
  end)
  t.equal(select(3, channel:receive()), "EDEADLK")
end)
