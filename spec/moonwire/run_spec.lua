local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"

t.it("returns what the main function returns, whatever it is", function()
  tasks.results({ n = 0 }, moonwire.run(function() end))
  tasks.results({ n = 1 }, moonwire.run(function() return nil end))
  tasks.results({ n = 4, 1, nil, "x" }, moonwire.run(function() return 1, nil, "x", nil end))
  local list = {}
  for index = 1, 5000 do
    list[index] = index
  end
  list.n = #list
  t.same(t.pack(moonwire.run(function(...) return ... end, t.unpack(list))), list)
end)

t.it("passes its further arguments on", function()
  tasks.results({ n = 3, "a", nil, nil }, moonwire.run(function(...) return ... end, "a", nil, nil))
end)

t.it("has waited for every task", function()
  local ended = 0
  local function nest(depth)
    if depth > 0 then
      moonwire.spawn(nest, depth - 1)
    end
    moonwire.sleep(0.002)
    ended = ended + 1
  end
  tasks.results({ n = 1, "main" }, moonwire.run(function()
    moonwire.spawn(nest, 5)
    return "main"
  end))
  t.equal(ended, 6)
end)

t.it("runs tasks that were spawned before, in their order", function()
  local order = {}
  for index = 1, 3 do
    moonwire.spawn(function() order[#order + 1] = index end)
  end
  moonwire.run(function() order[#order + 1] = "main" end)
  t.same(order, { 1, 2, 3, "main" })
end)

t.it("raises an error of the main function with its traceback", function()
  local function culprit()
    error("boom")
  end
  local ok, message = pcall(moonwire.run, function()
    moonwire.sleep(0.001)
    culprit()
  end)
  t.equal(ok, false)
  t.matches(message, "^[^\n]*run_spec.lua:%d+: boom\nstack traceback:\n")
  t.matches(message, "in [^\n]*culprit")
end)

t.it("raises an error that is no string as it is", function()
  local object = setmetatable({}, { __tostring = function() error("nobody asks") end })
  for _, value in ipairs { object, true, print } do
    local ok, raised = pcall(moonwire.run, function() error(value) end)
    t.equal(ok, false)
    t.equal(rawequal(raised, value), true)
  end
  local outcome = t.pack(pcall(moonwire.run, function() error(nil) end))
  t.equal(outcome[1], false)
end)

t.it("raises the error of what is closed where that takes the place of another", function()
  local main = (loadstring or load)([[
    local guard <close> = setmetatable({}, { __close = ... })
    error("first")
  ]])
  if not main then
    return
  end
  for _, value in ipairs { "from close", {} } do
    local ok, raised = pcall(moonwire.run, main, function()
      moonwire.sleep(0.001)
      error(value, 0)
    end)
    t.equal(ok, false)
    t.equal(raised, value)
  end
end)

t.it("cannot run inside of itself", function()
  for name, way in pairs(tasks.ways) do
    moonwire.run(function()
      way(function()
        for _, inner in ipairs { moonwire.run, moonwire.step } do
          local ok, message = pcall(inner, function() end)
          t.equal(ok, false)
          t.matches(tostring(message), inner == moonwire.run and "run inside run" or "")
        end
        return name
      end)
    end)
  end
  t.equal(moonwire.run(function() return 1 end), 1)
end)

t.it("may run again and again, also where the last one has failed", function()
  for index = 1, 200 do
    t.equal(moonwire.run(function() moonwire.yield() return index end), index)
    t.equal(pcall(moonwire.run, error), false)
  end
end)

t.it("runs in a coroutine of the program", function()
  local generator = coroutine.wrap(function()
    for index = 1, 3 do
      coroutine.yield((moonwire.run(function()
        moonwire.sleep(0.001)
        return index
      end)))
    end
  end)
  for index = 1, 3 do
    t.equal(generator(), index)
  end
end)

t.it("refuses what is no function", function()
  t.bad_argument(1, "run", "function expected, got no value", moonwire.run)
  for _, value in ipairs { 1, "x", true } do
    t.bad_argument(1, "run", "function expected, got " .. type(value), moonwire.run, value)
  end
end)

t.it("replaces nothing of Lua's", function()
  t.equal(t.process.run_lua([[
    local before = {}
    for _, library in ipairs { _G, coroutine, string, table, io, os, debug, package } do
      before[library] = {}
      for key, value in pairs(library) do before[library][key] = value end
    end
    local moonwire = require "moonwire"
    moonwire.run(function()
      moonwire.spawn(function() moonwire.sleep(0.001) end)
      moonwire.timeout(1, moonwire.yield)
      for library, fields in pairs(before) do
        for key, value in pairs(library) do assert(fields[key] == value, key) end
        for key, value in pairs(fields) do assert(library[key] == value, key) end
      end
    end)
  ]]), "")
end)
