-- needs: strace
-- Times below a millisecond: `epoll_pwait2(2)`, and what comes where the kernel does not have it.

local moonwire = require "moonwire"
local t = require "spec.support"
local system_calls = require "spec.support.system_calls"
local tasks = require "spec.moonwire.tasks"

--- The shortest of many sleeps of 0.1 ms: what is not the timer's own is not always there.
local shortest_sleep = [[
  local moonwire = require "moonwire"
  local shortest = math.huge
  moonwire.run(function()
    for _ = 1, 100 do
      local start = moonwire.now()
      assert(moonwire.sleep(0.0001))
      local elapsed = moonwire.now() - start
      assert(elapsed >= 0.0001, elapsed)
      shortest = math.min(shortest, elapsed)
    end
  end)
]]

if not system_calls.can_be_traced() then
  return
end

local has_precise_wait
t.it("finds out whether the kernel has the call, which is there since Linux 5.11", function()
  local trace = system_calls.trace(shortest_sleep, "-e", "trace=epoll_pwait2")
  has_precise_wait = not trace:find("ENOSYS") and not trace:find("EPERM")
end)

if has_precise_wait then
  tasks.it("ends a sleep of 0.1 ms before a millisecond has passed", function()
    local shortest = math.huge
    for _ = 1, 100 do
      local start = moonwire.now()
      moonwire.sleep(0.0001)
      shortest = math.min(shortest, moonwire.now() - start)
    end
    t.between(shortest, 0.0001, 0.0009)
  end)

  t.it("waits with one system call", function()
    local calls = system_calls.between('"/mark"', [[
      local moonwire = require "moonwire"
      moonwire.run(function()
        moonwire.sleep(0.001)
        pcall(io.open, "/mark")
        moonwire.sleep(0.0001)
        pcall(io.open, "/mark")
      end)
    ]], "clock_gettime")
    t.matches(calls, "^epoll_pwait2%([^\n]*\n[^\n]*$")
  end)
else
  t.pass_over("sleeps of less than a millisecond", "the kernel has no epoll_pwait2")
end

t.it("is never early, and asks once, where the kernel has no such call", function()
  for _, errno in ipairs { "ENOSYS", "EPERM" } do
    local trace = system_calls.trace(shortest_sleep .. " assert(shortest >= 0.0001, shortest)",
      "-e", "trace=epoll_pwait2,epoll_wait,epoll_pwait", "-e", "inject=epoll_pwait2:error=" .. errno)
    t.equal(select(2, trace:gsub("epoll_pwait2", "")), 1)
    local _, waits = trace:gsub("epoll_p?wait%(", "")
    t.equal(waits >= 100, true)
  end
end)
