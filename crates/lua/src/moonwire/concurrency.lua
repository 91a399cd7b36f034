-- What holds Lua values or calls Lua functions: deadlines, groups, channels, semaphores. Whoever waits here
-- waits for a condition, which is native.

local moonwire, natives = ...
local error, next, pairs, rawequal, select = error, next, pairs, rawequal, select
local setmetatable, type, xpcall = setmetatable, type, xpcall
local unpack = table.unpack or unpack
local condition, spawn_for = natives.condition, natives.spawn_for
local enter_deadline, enter_shelter = natives.enter_deadline, natives.enter_shelter
local leave_deadline = natives.leave_deadline
local is_task, pass, address_of = natives.is_task, natives.pass, natives.address_of
local note_error = natives.note_error

local function expect(index, name, value, expected)
  if type(value) ~= expected then
    local message = "bad argument #%d to '%s' (%s expected, got %s)"
    error(message:format(index, name, expected, value == nil and "no value" or type(value)), 3)
  end
end

-- Whether an object has been made here: its private part, which the methods find in `parts`.
local parts = setmetatable({}, { __mode = "k" })

local function part(self, metatable, name)
  local private = parts[self]
  if not private or private.class ~= metatable then
    error(("calling '%s' on bad self (%s expected)"):format(name, metatable.__name), 3)
  end
  return private
end

-- A class of objects: its methods, and its metatable. `state` words what an object's `tostring` says.
local function class(name, state)
  local methods = {}
  local metatable = { __index = methods, __name = name, __metatable = false }
  -- Lua 5.1, 5.2 and LuaJIT do not look at `__name`.
  function metatable:__tostring()
    local private = part(self, metatable, "tostring")
    return ("%s (%s): %s"):format(name, state(private), address_of(self))
  end
  return methods, metatable
end

local function object(metatable, private)
  local self = setmetatable({}, metatable)
  private.class = metatable
  parts[self] = private
  return self
end

-- The failure of a wait, under the name of the function that has waited.
local function failed(name, message, code)
  return nil, (message:gsub("^wait", name)), code
end

-- Deadlines ------------------------------------------------------------------------------------------------

-- The error that `timeout` raises again, where it is a string.
local raised_again

-- A message handler: the error stays as it is, and its frames are kept for when the task fails with it.
local function note(failure)
  -- What an inner `timeout` raises again has been noted where it was raised first.
  if not rawequal(failure, raised_again) then note_error(failure) end
  return failure
end

local function leave(number, ok, ...)
  leave_deadline(number)
  if not ok then
    local failure = ...
    raised_again = type(failure) == "string" and failure or nil
    error(failure, 0)
  end
  return ...
end

-- Lua 5.1 passes no arguments on.
local passes_arguments = select(2, xpcall(function(...) return select("#", ...) end, note, 1)) == 1

local function call(fn, ...)
  local count = select("#", ...)
  if passes_arguments or count == 0 then return xpcall(fn, note, ...) end
  local arguments = { ... }
  return xpcall(function() return fn(unpack(arguments, 1, count)) end, note)
end

function moonwire.timeout(seconds, fn, ...)
  expect(1, "timeout", seconds, "number")
  expect(2, "timeout", fn, "function")
  if seconds ~= seconds then error("bad argument #1 to 'timeout' (time-out is not a number)", 2) end
  if not is_task() then error("timeout needs a task: call this inside of run", 2) end
  raised_again = nil
  -- The time of what is left of a time that has passed already is over.
  return leave(enter_deadline(seconds < 0 and 0 or seconds), call(fn, ...))
end

-- Groups ---------------------------------------------------------------------------------------------------

local Group, group_metatable = class("group", function(private)
  return private.is_over and "over" or private.is_cancelled and "cancelled" or "open"
end)

local function spawn_child(private, fn, ...)
  local child, number = spawn_for(private.changed, fn, ...)
  private.children[number] = child
  if private.is_cancelled then child:cancel() end
  return child
end

local function cancel_children(private)
  private.is_cancelled = true
  for _, child in pairs(private.children) do child:cancel() end
end

function Group:spawn(fn, ...)
  local private = part(self, group_metatable, "spawn")
  expect(1, "spawn", fn, "function")
  if private.is_over then error("the group has ended", 2) end
  return spawn_child(private, fn, ...)
end

function Group:cancel()
  cancel_children(part(self, group_metatable, "cancel"))
  return true
end

-- Waits until all children have ended. The first that fails calls off the others.
local function tend(private)
  local interrupted, shelter
  while next(private.children) do
    local number = private.changed:take_ended()
    if number then
      local child = private.children[number]
      private.children[number] = nil
      -- What else fails is told of as the failure of any task that nobody joins.
      if child:status() == "failed" and not private.failure then
        local _, failure, frames = child:join()
        if type(failure) == "string" and frames then failure = failure .. "\n" .. frames end
        private.failure = { failure }
        cancel_children(private)
      end
    else
      local ok, message, code = private.changed:wait()
      if not ok and not interrupted then
        interrupted = { message, code }
        cancel_children(private)
        -- The children are told; they are waited for all the same.
        shelter = enter_shelter()
      end
    end
  end
  if shelter then leave_deadline(shelter) end
  private.is_over = true
  return interrupted
end

local function keep(private, ...)
  private.results = { n = select("#", ...), ... }
end

function moonwire.group(fn, ...)
  expect(1, "group", fn, "function")
  if not is_task() then error("a group needs a task: call this inside of run", 2) end
  local private = { changed = condition(), children = {} }
  spawn_child(private, function(...)
    keep(private, fn(...))
  end, object(group_metatable, private), ...)
  local interrupted = tend(private)
  if private.failure then error(private.failure[1], 0) end
  if interrupted then return failed("group", unpack(interrupted)) end
  local results = private.results
  -- One that is called off before it has begun has none.
  if not results then return nil, "group: cancelled", "cancelled" end
  return unpack(results, 1, results.n)
end

-- Channels -------------------------------------------------------------------------------------------------

local Channel, channel_metatable = class("channel", function(private)
  return private.is_closed and "closed" or "open"
end)

local function list(private, name)
  local waiting = private[name]
  if not waiting then
    waiting = condition()
    private[name] = waiting
  end
  return waiting
end

-- Wakes one of those who wait, where not as many as can go on have been woken already. `number` is how many
-- have begun to wait and have not gone on.
local function wake(waiting, number, most)
  if waiting and number - waiting:count() < most then waiting:notify() end
end

function moonwire.channel(capacity)
  if capacity == nil then capacity = 0 end
  expect(1, "channel", capacity, "number")
  if capacity < 0 or capacity ~= capacity then
    error("bad argument #1 to 'channel' (capacity out of range)", 2)
  end
  return object(channel_metatable, {
    capacity = capacity,
    first = 1,
    count = 0,
    -- How many wait, or have been woken and come to it in their turn.
    sending = 0,
    receiving = 0,
  })
end

-- A channel without capacity takes a value when somebody is there to receive it.
local function room(private)
  return private.capacity + private.receiving - private.count
end

local function wake_sender(private)
  wake(private.senders, private.sending, room(private))
end

local function wake_receiver(private)
  wake(private.receivers, private.receiving, private.count)
end

function Channel:send(value)
  local private = part(self, channel_metatable, "send")
  if value == nil then error("bad argument #1 to 'send' (value expected, got nil)", 2) end
  local ok, message, code = pass()
  -- Nobody overtakes those who wait.
  local has_to_wait = private.sending > 0 or room(private) <= 0
  while ok and has_to_wait and not private.is_closed do
    private.sending = private.sending + 1
    ok, message, code = list(private, "senders"):wait()
    private.sending = private.sending - 1
    has_to_wait = room(private) <= 0
  end
  if not ok then return failed("send", message, code) end
  if private.is_closed then return nil, "send: closed", "closed" end
  private[private.first + private.count] = value
  private.count = private.count + 1
  wake_receiver(private)
  wake_sender(private)
  return true
end

local function receive(self, name)
  local private = part(self, channel_metatable, name)
  local ok, message, code = pass()
  local has_to_wait = private.receiving > 0 or private.count == 0
  while ok and has_to_wait and not private.is_closed do
    private.receiving = private.receiving + 1
    wake_sender(private)
    ok, message, code = list(private, "receivers"):wait()
    private.receiving = private.receiving - 1
    has_to_wait = private.count == 0
  end
  if not ok then return failed("receive", message, code) end
  if private.count == 0 then return nil, "receive: closed", "closed" end
  local value = private[private.first]
  private[private.first] = nil
  private.first = private.first + 1
  private.count = private.count - 1
  wake_receiver(private)
  wake_sender(private)
  return value
end

function Channel:receive()
  return receive(self, "receive")
end

function Channel:close()
  local private = part(self, channel_metatable, "close")
  private.is_closed = true
  if private.senders then private.senders:notify_all() end
  if private.receivers then private.receivers:notify_all() end
  return true
end

-- `for value in channel do`
function channel_metatable:__call()
  return receive(self, "channel")
end

-- Semaphores -----------------------------------------------------------------------------------------------

local Semaphore, semaphore_metatable = class("semaphore", function(private)
  return ("%g free"):format(private.count)
end)

function moonwire.semaphore(count)
  expect(1, "semaphore", count, "number")
  if count < 0 or count ~= count then
    error("bad argument #1 to 'semaphore' (count out of range)", 2)
  end
  return object(semaphore_metatable, { count = count, acquiring = 0 })
end

function Semaphore:acquire()
  local private = part(self, semaphore_metatable, "acquire")
  local ok, message, code = pass()
  -- Nobody overtakes those who wait.
  local has_to_wait = private.acquiring > 0 or private.count < 1
  while ok and has_to_wait do
    private.acquiring = private.acquiring + 1
    ok, message, code = list(private, "waiting"):wait()
    private.acquiring = private.acquiring - 1
    has_to_wait = private.count < 1
  end
  if not ok then return failed("acquire", message, code) end
  private.count = private.count - 1
  wake(private.waiting, private.acquiring, private.count)
  return true
end

function Semaphore:release()
  local private = part(self, semaphore_metatable, "release")
  private.count = private.count + 1
  wake(private.waiting, private.acquiring, private.count)
  return true
end
