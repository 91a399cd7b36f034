local minisock = require "minisock"
local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

--- Each kind of wait that there is, which gives true.
local function waits()
  local channel, semaphore = moonwire.channel(), moonwire.semaphore(0)
  moonwire.spawn(function()
    channel:send("x")
    semaphore:release()
  end)
  t.equal(channel:receive(), "x")
  t.equal(semaphore:acquire(), true)
  t.equal(moonwire.sleep(0.001), true)
  t.equal(moonwire.yield(), true)
  t.equal(minisock.msleep(1), true)
  t.equal(moonwire.spawn(moonwire.yield):join(), true)
  return true
end

for name, way in pairs(tasks.ways) do
  it("waits in " .. name, function()
    t.equal(way(waits), true)
  end)

  it("waits in many at once: " .. name, function()
    if name == "__gc" then
      return -- Lua does not collect while a finaliser runs.
    end
    local list = {}
    for index = 1, 20 do
      list[index] = moonwire.spawn(way, waits)
    end
    for _, task in ipairs(list) do
      tasks.results({ n = 2, true, true }, task:join())
    end
  end)
end

it("brings errors through what waits", function()
  for name, way in pairs(tasks.ways) do
    -- These keep errors to themselves.
    if name ~= "__gc" and name ~= "coroutines in coroutines" and name ~= "load's reader" then
      local ok, message = moonwire.spawn(way, function()
        moonwire.sleep(0.001)
        error("boom")
      end):join()
      t.equal(ok, false)
      t.matches(message, "boom")
    end
  end
end)

it("does not break generators", function()
  local function numbers(count)
    return coroutine.wrap(function()
      for index = 1, count do
        moonwire.sleep(index % 7 == 0 and 0.001 or 0)
        coroutine.yield(index, "x")
      end
    end)
  end
  local list = {}
  for index = 1, 10 do
    list[index] = moonwire.spawn(function()
      local sum = 0
      for value, text in numbers(50) do
        sum = sum + value
        t.equal(text, "x")
      end
      return sum
    end)
  end
  for _, task in ipairs(list) do
    tasks.results({ n = 2, true, 1275 }, task:join())
  end
end)

it("passes values between a task and its coroutine as without tasks", function()
  local routine = coroutine.create(function(...)
    local got = t.pack(...)
    while true do
      moonwire.yield()
      got = t.pack(coroutine.yield(t.unpack(got)))
      if got[1] == "end" then
        moonwire.yield()
        return "ended"
      end
    end
  end)
  t.same(t.pack(coroutine.resume(routine, 1, nil, 3)), { n = 4, true, 1, nil, 3 })
  t.same(t.pack(coroutine.resume(routine)), { n = 1, true })
  t.same(t.pack(coroutine.resume(routine, nil)), { n = 2, true, nil })
  t.equal(coroutine.status(routine), "suspended")
  t.same(t.pack(coroutine.resume(routine, "end")), { n = 2, true, "ended" })
  t.equal(coroutine.status(routine), "dead")
end)

it("lets a coroutine go from task to task", function()
  local routine = coroutine.wrap(function()
    for index = 1, 6 do
      moonwire.sleep(0.001)
      coroutine.yield(index)
    end
  end)
  for index = 1, 6 do
    tasks.results({ n = 2, true, index }, moonwire.spawn(routine):join())
  end
end)

it("does not let a coroutine be resumed that waits", function()
  local routine = coroutine.create(function() return moonwire.sleep(0.01) end)
  local task = moonwire.spawn(function() return coroutine.resume(routine) end)
  tasks.settle()
  t.equal(coroutine.status(routine) ~= "suspended", true)
  local ok, message = coroutine.resume(routine)
  t.equal(ok, false)
  t.equal(type(message), "string")
  if coroutine.close then
    t.equal(pcall(coroutine.close, routine), false)
  end
  tasks.results({ n = 3, true, true, true }, task:join())
end)

it("fails a task whose coroutine somebody else has resumed or closed", function()
  local waits_in = {
    function() return moonwire.sleep(0.005) end,
    function() return coroutine.yield() end,
    function() return pcall(moonwire.sleep, 0.005) end,
    function()
      moonwire.sleep(0.005)
      coroutine.yield()
      return moonwire.sleep(0.005)
    end,
  }
  for _, wait in ipairs(waits_in) do
    for _, meddle in ipairs { coroutine.resume, coroutine.close or coroutine.resume } do
      local routine
      local task = moonwire.spawn(function()
        routine = coroutine.running()
        return wait()
      end)
      moonwire.yield()
      pcall(meddle, routine)
      pcall(meddle, routine)
      -- It may have ended well where it was resumed in a wait of its own; it has ended in any case.
      local elapsed, outcome = tasks.timed(task.join, task)
      t.between(elapsed, 0, tasks.at_once)
      if not outcome[1] then
        t.equal(type(outcome[2]), "string")
      end
      collectgarbage()
    end
  end
end)

it("knows its coroutine as Lua does", function()
  local routine = coroutine.running()
  t.equal(type(routine), "thread")
  moonwire.sleep(0.001)
  t.equal(coroutine.running(), routine)
  t.equal(coroutine.status(routine), "running")
  coroutine.wrap(function()
    moonwire.sleep(0.001)
    t.equal(coroutine.status(routine), "normal")
  end)()
end)

it("keeps what is to be closed open while it waits, and closes it at its end", function()
  local code = (loadstring or load)([[
    local moonwire, log = ...
    local function closing(name)
      return setmetatable({}, { __close = function(_, failure)
        moonwire.sleep(0.001)
        log[#log + 1] = name .. (failure and " failed" or "")
      end })
    end
    local first <close> = closing "first"
    local second <close> = closing "second"
    moonwire.sleep(0.001)
    log[#log + 1] = "body"
    if log.fails then error("boom") end
  ]])
  if not code then
    return
  end
  local log = {}
  t.equal(moonwire.spawn(code, moonwire, log):join(), true)
  t.same(log, { "body", "second", "first" })
  log = { fails = true }
  local ok, message = moonwire.spawn(code, moonwire, log):join()
  t.equal(ok, false)
  t.matches(message, "boom")
  t.same(log, { "body", "second failed", "first failed", fails = true })
end)

it("runs under a hook", function()
  local counted = 0
  local task = moonwire.spawn(function()
    debug.sethook(function() counted = counted + 1 end, "l")
    for _ = 1, 50 do
      moonwire.yield()
      moonwire.sleep(0)
    end
    debug.sethook()
    return true
  end)
  t.equal(task:join(), true)
  t.equal(counted > 50, true)
  -- One that waits itself.
  task = moonwire.spawn(function()
    debug.sethook(function()
      moonwire.yield()
      moonwire.sleep(0.0001)
    end, "", 100)
    local sum = 0
    for index = 1, 5000 do
      sum = sum + index
    end
    debug.sethook()
    return sum
  end)
  tasks.results({ n = 2, true, 12502500 }, task:join())
end)

it("withstands the collector in every mode while tasks are suspended", function()
  local function work(index)
    local kept = {}
    for round = 1, 20 do
      kept[round] = { index, tostring(round), setmetatable({}, { __mode = "k" }) }
      if round % 3 == 0 then
        ("x"):gsub("x", function() moonwire.yield() end)
      else
        moonwire.sleep(0)
      end
      for earlier = 1, round do
        t.equal(kept[earlier][1], index)
        t.equal(kept[earlier][2], tostring(earlier))
      end
    end
    return index
  end
  local modes = { function() collectgarbage("step", 1) end, function() collectgarbage() end }
  if pcall(collectgarbage, "generational") then
    modes[#modes + 1] = function() collectgarbage("step", 0) end
  end
  for _, collect in ipairs(modes) do
    local list = {}
    for index = 1, 20 do
      list[index] = moonwire.spawn(work, index)
    end
    local over
    local collector = moonwire.spawn(function()
      while not over do
        collect()
        moonwire.yield()
      end
    end)
    for index, task in ipairs(list) do
      tasks.results({ n = 2, true, index }, task:join())
    end
    over = true
    collector:join()
  end
  pcall(collectgarbage, "incremental")
end)

it("starts programs meanwhile", function()
  local task = moonwire.spawn(function() return moonwire.sleep(0.005) end)
  local pipe = assert(io.popen("echo hello"))
  t.equal(pipe:read("*l"), "hello")
  pipe:close()
  t.equal(task:join(), true)
end)
