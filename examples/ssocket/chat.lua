-- A chat server: what one client writes, all others read, line by line.
--
--   moonwire examples/ssocket/chat.lua [host [port]]
--
-- `nc 127.0.0.1 7000` is a client. Each client has a coroutine, and one `select` wakes those for which
-- something has come. A line that has no end yet does not keep the others waiting.

local socket = require "ssocket"

local HOST, PORT = arg[1] or "127.0.0.1", tonumber(arg[2] or "7000", 10) or 7000
-- Who sends more without an end of line, or does not read in time, is not heard any more.
local LONGEST_LINE = 4096
local PATIENCE = 1
-- How long the server waits after a failed accept, in seconds.
local PAUSE = 0.1

---@type table<any, { reader: function, coroutine: thread, name: string?, is_gone: boolean? }>
local clients = {}

local function say(text, except)
  for client, state in pairs(clients) do
    if client ~= except and state.name then
      client:settimeout(PATIENCE)
      if not client:write(text .. "\n") then
        state.is_gone = true
      end
    end
  end
end

-- The next line of a client, for which its coroutine waits; nil at the end.
local function next_line(client, state)
  local line = ""
  while true do
    client:settimeout(0)
    local data, message, partial = state.reader()
    line = line .. (data or partial)
    if data then
      return (line:gsub("\r$", ""))
    elseif message ~= socket.ERROR_TIMEOUT or #line > LONGEST_LINE then
      return nil
    end
    coroutine.yield()
  end
end

local function converse(client, state)
  client:write("your name? ")
  local name = next_line(client, state)
  if not name then
    return
  end
  state.name = name
  say("* " .. name .. " is here", client)
  while true do
    local line = next_line(client, state)
    if not line then
      break
    end
    say(name .. ": " .. line, client)
  end
  say("* " .. name .. " has left", client)
end

local listener = socket.tcp()
assert(listener:setopt(socket.OPT_TCP_REUSEADDR, true))
assert(listener:bind(HOST, PORT))
assert(listener:listen(64))
-- A connection may be gone before it is accepted: then there is nobody to wait for.
listener:settimeout(0)
local address = assert(listener:getsockname())
print(("listening on %s port %d"):format(address[1], address[2]))
io.stdout:flush()

local function admit()
  local client, message = listener:accept()
  if not client and message ~= socket.ERROR_TIMEOUT then
    -- There is no descriptor left, for instance. The connection waits in the queue, so the listener
    -- stays readable.
    io.stderr:write(tostring(message), "\n")
    socket.select({}, {}, PAUSE)
  elseif client then
    local state = { reader = client:readuntil("\n") }
    state.coroutine = coroutine.create(function()
      converse(client, state)
    end)
    clients[client] = state
    return client
  end
end

while true do
  local watched = { listener }
  for client in pairs(clients) do
    watched[#watched + 1] = client
  end
  local ready = assert(socket.select(watched, {}))
  for _, object in ipairs(ready) do
    local client = object == listener and admit() or object
    local state = clients[client]
    if state then
      local ok, message = coroutine.resume(state.coroutine)
      if not ok then
        io.stderr:write(tostring(message), "\n")
      end
    end
  end
  for client, state in pairs(clients) do
    if state.is_gone or coroutine.status(state.coroutine) == "dead" then
      clients[client] = nil
      client:close()
    end
  end
end
