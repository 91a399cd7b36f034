-- The parts of the module that hold Lua values or call Lua functions: deadlines, groups, channels,
-- semaphores. They wait by the natives' conditions.

local moonwire, natives = ...
local error, pcall, select, setmetatable, type = error, pcall, select, setmetatable, type
local unpack = table.unpack or unpack
local condition, spawn = natives.condition, moonwire.spawn
local enter_deadline, leave_deadline = natives.enter_deadline, natives.leave_deadline

local function expect(index, name, value, expected)
  if type(value) ~= expected then
    local got = value == nil and "nil" or type(value)
    error(("bad argument #%d to '%s' (%s expected, got %s)"):format(index, name, expected, got), 3)
  end
end

-- Deadlines ------------------------------------------------------------------------------------------

local function leave(ok, ...)
  leave_deadline()
  if not ok then error((...), 0) end
  return ...
end

function moonwire.timeout(seconds, fn, ...)
  expect(1, "timeout", seconds, "number")
  expect(2, "timeout", fn, "function")
  enter_deadline(seconds)
  return leave(pcall(fn, ...))
end

-- Groups ---------------------------------------------------------------------------------------------

local Group = {}
Group.__index = Group
Group.__name = "group"

function Group:spawn(fn, ...)
  expect(1, "spawn", fn, "function")
  if self.is_closed then error("the group has ended", 2) end
  local child
  child = spawn(function(...)
    local result = { pcall(fn, ...) }
    self.children[child] = nil
    if not result[1] and not self.failure and not self.is_cancelled then
      self.failure = result
      self:cancel()
    end
    self.ended:notify_all()
    if result[1] then return unpack(result, 2, #result) end
    error(result[2], 0)
  end, ...)
  self.children[child] = true
  if self.is_cancelled then child:cancel() end
  return child
end

function Group:cancel()
  self.is_cancelled = true
  for child in pairs(self.children) do child:cancel() end
end
