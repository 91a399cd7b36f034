-- The end of a Lua state: all finalisers run, in the reverse order of what they were set for, while tasks
-- still wait. What a waiting call uses may be finalised before a finaliser that steps the loop.

local t = require "spec.support"

--- What each program begins with: a finaliser that is set before the sockets are made, and so runs after
--- theirs. A task reads from `server`, which has part of what it waits for.
local head = [[
local moonwire, ssocket = require "moonwire", require "ssocket"
moonwire.run(function() end)
io.stdout:setvbuf("no")
local function at_the_end(fn)
  if newproxy then
    KEPT = newproxy(true)
    getmetatable(KEPT).__gc = fn
  else
    KEPT = setmetatable({}, { __gc = fn })
  end
end
-- Memory that is given back is used again, and shows.
local function fill_memory()
  local kept = {}
  for length = 100, 700 do
    for number = 1, 4 do kept[#kept + 1] = ("A"):rep(length) .. number end
  end
  return kept
end
local log = moonwire.udp { bind = "127.0.0.1:0" }
local function step()
  local kept = fill_memory()
  for _ = 1, 3 do print("step", pcall(moonwire.step, 0)) end
  print("finaliser", #kept > 0)
end
]]

local sockets = [[
local listener = assert(moonwire.listen "127.0.0.1:0")
local client = assert(moonwire.connect(listener:local_address()))
local server = assert(listener:accept())
assert(client:write(("x"):rep(10000)))
]]

local others = [[
local listener = ssocket.tcp()
assert(listener:bind("127.0.0.1", 0))
assert(listener:listen())
local client = ssocket.tcp()
assert(client:connect("127.0.0.1", listener:getsockname()[2]))
local server = assert(listener:accept())
assert(client:write(("x"):rep(10000)))
]]

--- The ways in which a call can wait, as code.
local ways = {
  plainly = "local function way(fn) return fn() end ",
  parked = 'local function way(fn) return (("x"):gsub("x", function() fn() end)) end ',
  ["in a coroutine"] = "local function way(fn) return coroutine.wrap(fn)() end ",
}

local waits = {
  { "read_until", sockets, 'server:read_until "Z"' },
  { "lines", sockets, "server:lines()()" },
  { "read_exactly", sockets, "server:read_exactly(20000)" },
  { "write", sockets, '(function() while client:write(("x"):rep(1000000)) do end end)()' },
  { "accept", sockets, "listener:accept()" },
  { "read of ssocket", others, "server:read(20000)" },
  { "readuntil of ssocket", others, 'server:readuntil("Z")()' },
}

local task = [[
moonwire.spawn(function()
  way(function()
    %s
  end)
  print "a task went on"
end)
for _ = 1, 5 do moonwire.step(0.001) end
print "end of the program"
]]

for name, way in pairs(ways) do
  for _, wait in ipairs(waits) do
    t.it("gives up what waits before what it uses goes: " .. wait[1] .. ", " .. name, function()
      local code = head .. "at_the_end(step) " .. wait[2] .. way .. task:format(wait[3])
      local output = t.process.run_lua(code)
      t.matches(output, "end of the program")
      t.matches(output, "step\tfalse\t[^\n]*the Lua state is closing")
      t.matches(output, "finaliser\ttrue")
      t.equal(output:find("went on"), nil)
      t.equal(output:find("step\ttrue"), nil)
      t.equal(output:find("panicked"), nil)
    end)
  end
end

--- Whether `os.exit(code, true)` closes the state.
local closes = jit or _VERSION ~= "Lua 5.1"

--- What a finaliser may do when a task ends the state with others waiting.
local deeds = {
  sleep = "print('done', moonwire.sleep(0.02))",
  yield = "for _ = 1, 3 do print('done', moonwire.yield()) end",
  ["many operations"] = [[
    for _ = 1, 600 do assert(log:send("bye", log:local_address())) end
    print("done", true)
  ]],
  step = "print('done', not pcall(moonwire.step, 0))",
  run = "print('done', not pcall(moonwire.run, print))",
  join = "print('done', select(3, TASK:join()) == 'EDEADLK')",
}

local exits = {
  plainly = "os.exit(3, true)",
  ["below gsub"] = ';("x"):gsub("x", function() os.exit(3, true) end)',
  ["in a coroutine"] = "coroutine.wrap(function() os.exit(3, true) end)()",
}

local exiting = [[
moonwire.run(function()
  for _, way in ipairs { pcall, function(fn) return (("x"):gsub("x", function() fn() end)) end } do
    moonwire.spawn(way, function() print("went on", pcall(server.read_until, server, "Z")) end)
    moonwire.spawn(way, function() moonwire.sleep(0.005) print "went on" end)
  end
  moonwire.sleep(0.001)
  %s
end)
]]

for deed, code in pairs(deeds) do
  for name, exit in pairs(exits) do
    t.it("does not resume tasks when one of them closes the state: " .. deed .. ", " .. name, function()
      if not closes then return end
      local text = head .. "TASK = moonwire.spawn(moonwire.sleep, 1000) at_the_end(function() " .. code .. "\nend) " .. sockets
      text = text .. exiting:format(exit)
      local output, status = t.process.start_lua(text):finish()
      t.matches(output, "done\ttrue")
      t.equal(output:find("went on"), nil)
      t.equal(status, 3)
    end)
  end
end

t.it("goes on with what nobody has lost yet", function()
  -- This finaliser is the first to run.
  local output = t.process.run_lua(head .. sockets .. [[
    local result
    moonwire.spawn(function() result = #server:read_exactly(10000) end)
    at_the_end(function()
      moonwire.step(0) moonwire.step(0)
      print("result", result)
    end)
  ]])
  t.matches(output, "result\t10000")
end)
