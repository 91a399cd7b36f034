-- What becomes of the other tasks where the main function of `run` raises an error.

local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"

-- The descriptors that signals come by live as long as the process.
moonwire.run(function() moonwire.timeout(0, moonwire.signal, "USR1") end)

--- Runs `main`, which has to fail with `boom`, and returns how long that took.
local function fails(main, options)
  local start = moonwire.now()
  local ok, message
  if options then
    ok, message = pcall(moonwire.run, options, main)
  else
    ok, message = pcall(moonwire.run, main)
  end
  t.equal(ok, false)
  t.matches(message, "^boom\nstack traceback:\n")
  return moonwire.now() - start
end

t.it("cancels the other tasks", function()
  local codes = {}
  local elapsed = fails(function()
    moonwire.spawn(function() codes.signal = select(3, moonwire.signal("USR1")) end)
    moonwire.spawn(function() codes.sleep = select(3, moonwire.sleep(60)) end)
    moonwire.spawn(function() codes.channel = select(3, moonwire.channel():receive()) end)
    moonwire.yield()
    moonwire.spawn(function() codes.unbegun = true end)
    error("boom", 0)
  end)
  t.same(codes, { signal = "cancelled", sleep = "cancelled", channel = "cancelled" })
  t.between(elapsed, 0, tasks.at_once)
end)

t.it("ends a server whose handler fails, though a task waits for a signal", function()
  local ok, message = pcall(moonwire.run, function()
    moonwire.spawn(function() moonwire.signal("USR1") end)
    moonwire.group(function(group)
      group:spawn(function() error("bug") end)
      moonwire.sleep(60)
    end)
  end)
  t.equal(ok, false)
  t.matches(message, "bug")
end)

t.it("lets the others clean up", function()
  local ended = {}
  fails(function()
    moonwire.spawn(function()
      moonwire.sleep(60)
      moonwire.group(function(group)
        group:spawn(function()
          t.equal(moonwire.sleep(0.01), true)
          ended[#ended + 1] = "child"
        end)
      end)
      ended[#ended + 1] = "cleaned"
    end)
    moonwire.yield()
    error("boom", 0)
  end)
  t.same(ended, { "child", "cleaned" })
end)

t.it("fails what waits for ever while the others clean up", function()
  local code
  local elapsed = fails(function()
    moonwire.spawn(function()
      moonwire.sleep(60)
      code = select(3, moonwire.channel():receive())
    end)
    moonwire.yield()
    error("boom", 0)
  end)
  t.equal(code, "EDEADLK")
  t.between(elapsed, 0, tasks.at_once)
end)

--- Ways to ignore a cancellation.
local stubborn = {
  ["sleeping on"] = function() while true do moonwire.sleep(60) end end,
  ["yielding"] = function() while true do moonwire.yield() end end,
  ["below a C function"] = function()
    ("x"):gsub("x", function() while true do moonwire.sleep(60) end end)
  end,
  ["in a coroutine"] = function()
    coroutine.wrap(function() while true do moonwire.sleep(60) end end)()
  end,
  ["in nested groups"] = function()
    moonwire.group(function(group)
      group:spawn(function()
        moonwire.group(function(inner)
          inner:spawn(function() repeat until moonwire.sleep(60) end)
        end)
      end)
    end)
  end,
  ["spawning others"] = function()
    local function again()
      moonwire.sleep(60)
      moonwire.spawn(again)
    end
    moonwire.spawn(again)
  end,
  ["joining"] = function()
    local other = moonwire.spawn(function() while true do moonwire.sleep(60) end end)
    repeat until other:join()
  end,
}

for name, ignore in pairs(stubborn) do
  t.it("raises when the grace time is over: " .. name, function()
    local task
    local elapsed = fails(function()
      task = moonwire.spawn(ignore)
      tasks.settle()
      error("boom", 0)
    end, { grace = 0.02 })
    t.between(elapsed, 0.02, tasks.at_once)
    t.matches(task:status(), "^[cd]") -- cancelled, or done where it was only what it has spawned
    -- Nothing goes on in the next run.
    moonwire.run(function() tasks.settle() end)
    t.equal(moonwire.step(0), false)
  end)
end

t.it("fails every wait when the grace time is over, so that a task can still end", function()
  local codes = {}
  fails(function()
    moonwire.spawn(function()
      moonwire.sleep(60)
      moonwire.sleep(60)
      for index = 1, 3 do codes[index] = select(3, moonwire.sleep(60)) end
      moonwire.spawn(function() codes.spawned = true end)
    end)
    moonwire.yield()
    error("boom", 0)
  end, { grace = 0 })
  t.same(codes, { "cancelled", "cancelled", "cancelled" })
end)

t.it("never goes on with what it has given up", function()
  local own, task
  local went_on = 0
  fails(function()
    task = moonwire.spawn(function()
      own = coroutine.running()
      while true do
        moonwire.sleep(60)
        went_on = went_on + 1
      end
    end)
    moonwire.yield()
    error("boom", 0)
  end, { grace = 0 })
  local before = went_on
  t.equal(task:status(), "cancelled")
  t.equal(task:cancel(), false)
  tasks.results({ n = 2, false, "cancelled" }, task:join())
  t.equal((coroutine.resume(own)), false)
  t.equal(type(debug.traceback(own)), "string")
  moonwire.run(function() tasks.settle() end)
  t.equal(went_on, before)
  own, task = nil, nil
  collectgarbage()
  collectgarbage()
end)

t.it("closes the sockets of what it has given up", function()
  -- The case fails where descriptors are left open.
  fails(function()
    moonwire.spawn(function()
      local listener = assert(moonwire.listen("127.0.0.1:0"))
      while true do
        listener:accept()
      end
    end)
    moonwire.spawn(function()
      local listener = assert(moonwire.listen("127.0.0.1:0"))
      while true do
        ("x"):gsub("x", function() listener:accept() end)
      end
    end)
    moonwire.yield()
    error("boom", 0)
  end, { grace = 0 })
end)

t.it("lets the others go on where it is asked to", function()
  local ended
  fails(function()
    moonwire.spawn(function()
      t.equal(moonwire.sleep(0.01), true)
      ended = true
    end)
    moonwire.yield()
    error("boom", 0)
  end, { keep_going = true })
  t.equal(ended, true)
end)

t.it("can run again", function()
  for _ = 1, 20 do
    fails(function()
      for _ = 1, 5 do
        moonwire.spawn(function() while true do moonwire.sleep(60) end end)
      end
      moonwire.yield()
      error("boom", 0)
    end, { grace = 0 })
  end
  t.equal(moonwire.run({}, function(...) return ... end, 7), 7)
end)

t.it("tells of errors that others raise meanwhile", function()
  local output = t.process.run_lua [[
    io.stdout:setvbuf("no")
    local moonwire = require "moonwire"
    print(pcall(moonwire.run, function()
      moonwire.spawn(function() moonwire.sleep(60) error("while cleaning up") end)
      moonwire.yield()
      error("boom", 0)
    end))
  ]]
  t.matches(output, "that nobody has joined has failed: [^\n]*while cleaning up\n.*false\tboom")
  t.equal(output:find("other tasks go on", 1, true), nil)
end)

t.it("takes options as a table in front", function()
  t.equal(moonwire.run({ keep_going = false, grace = -1 }, function() return "x" end), "x")
  local function none() end
  t.bad_argument(2, "run", "function expected, got no value", moonwire.run, {})
  t.bad_argument(2, "run", "function expected, got string", moonwire.run, {}, "x")
  t.bad_argument(1, "run", "unknown option 'unknown'", moonwire.run, { unknown = 1 }, none)
  t.bad_argument(1, "run", "names of options are strings", moonwire.run, { 1 }, none)
  t.bad_argument(1, "run", "option 'keep_going' must be a boolean", moonwire.run, { keep_going = 1 }, none)
  t.bad_argument(1, "run", "option 'grace' must be a number of seconds", moonwire.run, { grace = "x" }, none)
  t.bad_argument(1, "run", "option 'grace' must be a number of seconds", moonwire.run, { grace = 0 / 0 }, none)
end)
