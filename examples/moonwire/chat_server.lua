-- A chat: what one writes, all others read.
--
--   moonwire examples/moonwire/chat_server.lua [address]
--   nc 127.0.0.1 <port>
--
-- Each client has a task that reads and one that writes, with a channel to the latter for what others say.
-- Where a channel is full, the one who speaks is held up, for a moment: who reads too slowly is sent away.
-- SIGTERM ends the chat.

local moonwire = require "moonwire"

local address = arg[1] or "127.0.0.1:0"
-- How many lines may wait for a client, and how long others wait for there to be room, in seconds.
local MOST_WAITING = 64
local LAG = 1
-- How long a name and a line may be, in bytes, and how long a line may take to be sent, in seconds.
local LONGEST_NAME = 40
local LONGEST_LINE = 4096
local PATIENCE = 10
-- How long people have to say goodbye when the chat ends, in seconds.
local GRACE = 2

io.stdout:setvbuf("line")

-- The channel of each client.
local clients = {}

local function say(text, except)
  -- While one is waited for, others come and go.
  local listeners = {}
  for client, outbox in pairs(clients) do
    listeners[client] = client ~= except and outbox or nil
  end
  for client, outbox in pairs(listeners) do
    if not moonwire.timeout(LAG, outbox.send, outbox, text .. "\n") then
      outbox:close()
      client:close()
    end
  end
end

local function send_from(outbox, client)
  for text in outbox do
    client:settimeout(PATIENCE)
    if not client:write(text) then
      break
    end
  end
  -- This wakes the task that reads.
  client:close()
end

local function next_line(client, limit)
  client:settimeout(nil)
  local line = client:read_until("\n", limit)
  return line and line:gsub("\r$", "")
end

local function converse(client)
  client:settimeout(PATIENCE)
  local name = client:write("your name? ") and client:read_until("\n", LONGEST_NAME)
  if not name then
    return
  end
  name = name:gsub("\r$", "")
  local outbox = moonwire.channel(MOST_WAITING)
  moonwire.group(function(group)
    group:spawn(send_from, outbox, client)
    clients[client] = outbox
    say("* " .. name .. " is here", client)
    while true do
      local line = next_line(client, LONGEST_LINE)
      if not line then
        break
      end
      say(name .. ": " .. line, client)
    end
    clients[client] = nil
    say("* " .. name .. " has left")
    -- What waits in it is still sent.
    outbox:close()
  end)
end

moonwire.run(function()
  local listener = assert(moonwire.listen(address))
  local stopper = moonwire.spawn(function()
    if moonwire.signal("TERM", "INT") then
      say("* the chat ends")
      listener:stop(GRACE)
    end
  end)
  print("listening on " .. listener:local_address())
  assert(listener:serve(converse))
  stopper:cancel()
end)
