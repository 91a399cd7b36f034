-- Serving the connections of a listener: a task for each, errors that end no other, and an end that loses no client.

local moonwire, natives = ...
local now = moonwire.now
local error, next, pairs, pcall, select = error, next, pairs, pcall, select
local setmetatable, tonumber, type = setmetatable, tonumber, type
local listener_methods = natives.listener
local is_listener, is_task = natives.is_listener, natives.is_task
local accept, linger, report, stop_listening =
  natives.accept, natives.linger, natives.report, natives.stop_listening
local condition, spawn_for = natives.condition, natives.spawn_for
local enter_deadline, enter_shelter = natives.enter_deadline, natives.enter_shelter
local leave_deadline = natives.leave_deadline

-- How long a connection that has been served waits for one more request when its server ends, in seconds.
local LINGER = 1

-- What serves each listener.
local servings = setmetatable({}, { __mode = "k" })

-- Arguments ------------------------------------------------------------------------------------------------

local function bad_argument(index, name, problem)
  error(("bad argument #%d to '%s' (%s)"):format(index, name, problem), 4)
end

local function expect_self(name, ...)
  if not is_listener((...)) then
    local got = select("#", ...) == 0 and "no value" or type((...))
    error(("calling '%s' on bad self (moonwire.listener expected, got %s)"):format(name, got), 3)
  end
end

-- The argument at `index`, not counting the object.
local function expect(index, name, expected, ...)
  local value = select(index + 1, ...)
  if type(value) ~= expected then
    local got = select("#", ...) <= index and "no value" or type(value)
    bad_argument(index, name, expected .. " expected, got " .. got)
  end
  return value
end

-- The time-out in the first argument, nil for none.
local function expect_timeout(name, ...)
  local _, value = ...
  if value == nil then return nil end
  local seconds = tonumber(value)
  if not seconds then
    bad_argument(1, name, "number expected, got " .. type(value))
  elseif seconds ~= seconds then
    bad_argument(1, name, "time-out is not a number")
  end
  return seconds >= 0 and seconds or nil
end

local function is_seconds(value)
  return type(value) == "number" and value >= 0 and value < math.huge
end

-- What each option of `serve` must be.
local OPTIONS = {
  limit = {
    is = function(value) return type(value) == "number" and value >= 1 and value % 1 == 0 end,
    words = "a positive integer",
  },
  linger = { is = is_seconds, words = "a number of seconds" },
  on_error = { is = function(value) return type(value) == "function" end, words = "a function" },
}

local function check_options(options)
  for name, value in next, options do
    local option = OPTIONS[name]
    if type(name) ~= "string" then
      bad_argument(2, "serve", "names of options are strings")
    elseif not option then
      bad_argument(2, "serve", ("unknown option '%s'"):format(name))
    elseif not option.is(value) then
      bad_argument(2, "serve", ("option '%s' must be %s"):format(name, option.words))
    end
  end
end

-- The failure of a wait, under the name of the function that has waited.
local function failed(name, message, code)
  return nil, (message:gsub("^wait", name)), code
end

-- Serving --------------------------------------------------------------------------------------------------

-- Spawns a task that serves a connection, which is closed when the task has ended. The result is its number.
local function spawn_child(serving, connection, fn, ...)
  local child, number = spawn_for(serving.changed, fn, ...)
  serving.children[number] = child
  serving.connections[number] = connection
  if serving.is_cancelled then child:cancel() end
  return number
end

local function text_of(failure, frames)
  local text = type(failure) == "string" and failure or "the error is not a string"
  return frames and text .. "\n" .. frames or text
end

-- A connection is not served any more.
local function leave(serving, connection)
  connection:close()
  serving.count = serving.count - 1
  serving.freed:notify()
end

-- Spawns a task for a connection. Where there is no memory for one, the connection is given up, and the next may
-- find some.
local function try_to_spawn(serving, connection, fn, ...)
  local ok, result = pcall(spawn_child, serving, connection, fn, ...)
  if ok then return result end
  report(connection, text_of(result))
  leave(serving, connection)
end

-- Accepts connections until there are no more, and returns the failure that has ended it.
local function accept_all(serving, listener, handler)
  while true do
    while serving.count >= serving.limit do
      local ok, message, code = serving.freed:wait()
      if not ok then return failed("serve", message, code) end
    end
    local connection, message, code = accept(listener)
    if not connection then return nil, message, code end
    serving.count = serving.count + 1
    if serving.is_stopping then linger(connection, serving.linger) end
    try_to_spawn(serving, connection, handler, connection)
  end
end

-- A task for a connection has ended: the handler, or `on_error`.
local function note_end(serving, number)
  local child, connection = serving.children[number], serving.connections[number]
  local is_told = serving.told[number]
  serving.children[number], serving.connections[number], serving.told[number] = nil, nil, nil
  if child:status() == "failed" then
    local _, failure, frames = child:join()
    if serving.on_error and not is_told then
      local teller = try_to_spawn(serving, connection, serving.on_error, failure, connection, frames)
      if teller then serving.told[teller] = true end
      return
    end
    report(connection, text_of(failure, frames))
  end
  leave(serving, connection)
end

-- The task that accepts has ended. The listener may just be closed.
local function note_end_of_accepting(serving)
  local acceptor = serving.acceptor
  serving.acceptor, serving.acceptor_number = nil, nil
  local status, failure = acceptor:status(), { acceptor:join() }
  if status == "failed" then
    serving.error = { failure[2] }
  elseif status == "done" and failure[4] ~= "closed" then
    serving.failure = { nil, failure[3], failure[4] }
  end
end

local function cancel_all(serving)
  serving.is_cancelled = true
  if serving.acceptor then serving.acceptor:cancel() end
  for _, child in pairs(serving.children) do child:cancel() end
end

-- Waits until all tasks have ended.
local function tend(serving)
  local shelter
  while serving.acceptor or next(serving.children) do
    local number = serving.changed:take_ended()
    if number == nil then
      local ok, message, code = serving.changed:wait()
      if not ok and not shelter then
        serving.failure = { failed("serve", message, code) }
        cancel_all(serving)
        -- The tasks are told; they are waited for all the same.
        shelter = enter_shelter()
      end
    elseif number == serving.acceptor_number then
      note_end_of_accepting(serving)
    else
      note_end(serving, number)
    end
  end
  if shelter then leave_deadline(shelter) end
end

function listener_methods.serve(...)
  expect_self("serve", ...)
  local handler = expect(1, "serve", "function", ...)
  local self, _, options = ...
  if options == nil then
    options = {}
  else
    expect(2, "serve", "table", ...)
    check_options(options)
  end
  if self:descriptor() < 0 then return nil, "serve: closed", "closed" end
  if not is_task() then error("serve needs a task: call this inside of run", 2) end
  if servings[self] then error("the listener is being served already", 2) end
  local serving = {
    changed = condition(),
    freed = condition(),
    over = condition(),
    limit = options.limit or math.huge,
    linger = options.linger or LINGER,
    on_error = options.on_error,
    -- How many connections are served; the tasks that serve them, by their numbers, with their connections; which
    -- of the tasks are those of `on_error`.
    count = 0,
    children = {},
    connections = {},
    told = {},
  }
  serving.acceptor, serving.acceptor_number =
    spawn_for(serving.changed, accept_all, serving, self, handler)
  servings[self] = serving
  tend(serving)
  servings[self] = nil
  if serving.is_stopping then self:close() end
  serving.is_over = true
  serving.over:notify_all()
  if serving.error then error(serving.error[1], 0) end
  if serving.failure then return nil, serving.failure[2], serving.failure[3] end
  return true
end

-- Stopping -------------------------------------------------------------------------------------------------

local function wait_for_end(serving)
  while not serving.is_over do
    local ok, message, code = serving.over:wait()
    if not ok then return failed("stop", message, code) end
  end
  return true
end

-- The same for at most so many seconds. Then what still runs is cancelled, and waited for.
local function wait_or_cancel(serving, seconds)
  local deadline = enter_deadline(seconds)
  local moment = now() + seconds
  local ok, message, code = wait_for_end(serving)
  leave_deadline(deadline)
  if ok then return true end
  -- A deadline around the call may have passed instead.
  if code ~= "timeout" or now() < moment then return nil, message, code end
  cancel_all(serving)
  ok, message, code = wait_for_end(serving)
  if not ok then return nil, message, code end
  return nil, "stop: timed out", "timeout"
end

function listener_methods.stop(...)
  expect_self("stop", ...)
  local self, seconds = (...), expect_timeout("stop", ...)
  local serving = servings[self]
  for _, child in pairs(serving and serving.children or {}) do
    if child:status() == "running" then
      error("stop waits for the handlers: call this in another task", 2)
    end
  end
  local ok, message, code = stop_listening(self)
  if not ok then return nil, message, code end
  if not serving then return true end
  if not serving.is_stopping then
    serving.is_stopping = true
    for _, connection in pairs(serving.connections) do linger(connection, serving.linger) end
  end
  -- Outside of tasks nothing can be waited for.
  if seconds and is_task() then return wait_or_cancel(serving, seconds) end
  return wait_for_end(serving)
end
