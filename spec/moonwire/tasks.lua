-- What the specs of tasks share.

local moonwire = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

-- The loop's own descriptors live as long as the Lua state: they are there before a case counts.
moonwire.run(function() end)

local tasks = {}

--- A case that runs in a task.
function tasks.it(name, fn)
  t.it(name, function()
    moonwire.run(fn)
  end)
end

--- A case in a task for each family. It gets the family.
function tasks.it_with_families(name, fn)
  net.it(name, function(family)
    moonwire.run(fn, family)
  end)
end

--- The results are those of a failure: nil, this message and this code.
function tasks.fails(message, code, ...)
  local results = t.pack(...)
  if not (results.n == 3 and results[1] == nil and results[2] == message and results[3] == code) then
    error("expected nil, " .. t.show(message) .. ", " .. t.show(code) .. "\n     got "
      .. t.show(results), 2)
  end
end

--- The results are exactly these, in number too.
function tasks.results(expected, ...)
  t.same(t.pack(...), expected)
end

--- Lets other tasks have their turns, until there is nothing left that they can do at once.
function tasks.settle()
  for _ = 1, 5 do
    t.equal(moonwire.yield(), true)
  end
end

--- How long the call took, in seconds, and its results in a list.
function tasks.timed(fn, ...)
  local start = moonwire.now()
  local results = t.pack(fn(...))
  return moonwire.now() - start, results
end

--- An upper limit for what should take no time.
tasks.at_once = 2

--- Whether a waiting task holds a C stack of its own, which limits how many can wait.
tasks.hold_stacks = not (math.type ~= nil)

--- `coroutine.yield` and what waits, called through things that Lua cannot suspend: each calls `fn` and
--- returns what it returned first.
tasks.ways = {
  plainly = function(fn)
    return (fn())
  end,
  pcall = function(fn)
    local ok, result = pcall(fn)
    if not ok then error(result, 0) end
    return result
  end,
  xpcall = function(fn)
    local ok, result = xpcall(fn, debug.traceback)
    if not ok then error(result, 0) end
    return result
  end,
  ["coroutine.wrap"] = function(fn)
    return (coroutine.wrap(fn)())
  end,
  ["coroutines in coroutines"] = function(fn)
    return (coroutine.wrap(function()
      return coroutine.wrap(function()
        return pcall(coroutine.wrap(fn)) and true
      end)()
    end)())
  end,
  ["string.gsub"] = function(fn)
    local result
    ("x"):gsub("x", function()
      result = fn()
    end)
    return result
  end,
  ["table.sort"] = function(fn)
    local result
    table.sort({ 2, 1 }, function(a, b)
      result = result or fn()
      return a < b
    end)
    return result
  end,
  __index = function(fn)
    return setmetatable({}, { __index = function() return (fn()) end }).field
  end,
  __newindex = function(fn)
    local result
    local object = setmetatable({}, { __newindex = function() result = fn() end })
    object.field = 1
    return result
  end,
  __call = function(fn)
    return (setmetatable({}, { __call = function() return (fn()) end })())
  end,
  __concat = function(fn)
    return setmetatable({}, { __concat = function() return (fn()) end }) .. "x"
  end,
  __add = function(fn)
    return setmetatable({}, { __add = function() return (fn()) end }) + 1
  end,
  __lt = function(fn)
    local result
    local metatable = { __lt = function() result = fn() return true end }
    local _ = setmetatable({}, metatable) < setmetatable({}, metatable)
    return result
  end,
  __tostring = function(fn)
    local result
    tostring(setmetatable({}, { __tostring = function() result = fn() return "" end }))
    return result
  end,
  ["for in"] = function(fn)
    local result
    for value in function() if not result then return (fn()) end end do
      result = value
    end
    return result
  end,
  ["load's reader"] = function(fn)
    local result
    local function reader()
      if not result then
        result = fn()
        return "return 1"
      end
    end
    t.equal(load(reader)(), 1)
    return result
  end,
  require = function(fn)
    local result
    local name = t.unique_name()
    package.preload[name] = function()
      result = fn()
      return true
    end
    require(name)
    package.loaded[name], package.preload[name] = nil, nil
    return result
  end,
  __gc = function(fn)
    local result
    do
      local function finaliser()
        result = result or { fn() }
      end
      if newproxy then
        getmetatable(newproxy(true)).__gc = finaliser
      else
        setmetatable({}, { __gc = finaliser })
      end
    end
    collectgarbage()
    collectgarbage()
    return result[1]
  end,
}

local load = loadstring or load
tasks.ways["to-be-closed variables"] = load [[
  local fn = ...
  local result
  do
    local object <close> = setmetatable({}, { __close = function() result = fn() end })
  end
  return result
]]

return tasks
