-- Sends back what clients send, to many of them at a time.
--
--   moonwire examples/lsocket/echo_server.lua [tcp|udp] [6] [port]
--   moonwire examples/lsocket/echo_server.lua unix path
--
-- Without arguments it serves TCP over IPv4; `6` makes it IPv6. `nc 127.0.0.1 <port>` is a client.

local lsocket = require "lsocket"

-- How long the server waits after a failed accept, in seconds.
local PAUSE = 0.1

-- The next argument, where it is of this form.
local function take(pattern)
  if arg[1] and arg[1]:find(pattern) then
    return table.remove(arg, 1)
  end
end

local transport = take "^%a+$" or "tcp"
local host = take "^6$" and "::1" or "127.0.0.1"
local port = tonumber(take "^%d+$" or "0", 10)
local path = arg[1]
io.stdout:setvbuf("line")

local function serve_datagrams(socket)
  while true do
    lsocket.select { socket }
    local data, address, sender_port = socket:recvfrom(65536)
    if data and address then
      socket:sendto(data, address, sender_port)
    end
  end
end

local function serve_streams(listener)
  -- The sockets to read from, and for each what is still to be sent to it.
  local reading, unsent = { listener }, {}

  local function forget(socket)
    socket:close()
    unsent[socket] = nil
    for index = #reading, 2, -1 do
      if reading[index] == socket then
        table.remove(reading, index)
      end
    end
  end

  while true do
    local writing = {}
    for socket, data in pairs(unsent) do
      if data ~= "" then
        writing[#writing + 1] = socket
      end
    end
    local readable, writable = lsocket.select(reading, writing)
    ---@cast writable lsocket.socket[]
    for _, socket in ipairs(writable) do
      local count, message = socket:send(unsent[socket])
      if count then
        unsent[socket] = unsent[socket]:sub(count + 1)
      elseif message then
        forget(socket)
      end
    end
    for _, socket in ipairs(readable or {}) do
      if socket == listener then
        local connection, message = listener:accept()
        if connection then
          reading[#reading + 1] = connection
          unsent[connection] = ""
        elseif message then
          -- There is no descriptor left, for instance. The connection waits in the queue, so the
          -- listener stays readable.
          io.stderr:write(message, "\n")
          lsocket.select(PAUSE)
        end
      elseif unsent[socket] then
        local data = socket:recv()
        if data then
          unsent[socket] = unsent[socket] .. data
        elseif data == nil then
          forget(socket)
        end
      end
    end
  end
end

if transport == "udp" then
  local socket = assert(lsocket.bind("udp", host, port))
  print(("echoing datagrams at %s port %d"):format(host, assert(socket:info("socket")).port))
  serve_datagrams(socket)
elseif transport == "tcp" then
  local listener = assert(lsocket.bind("tcp", host, port, 128))
  print(("echoing at %s port %d"):format(host, assert(listener:info("socket")).port))
  serve_streams(listener)
elseif transport == "unix" and path then
  local listener = assert(lsocket.bind("tcp", path, nil, 128))
  print("echoing at " .. path)
  serve_streams(listener)
else
  io.stderr:write("usage: echo_server.lua [tcp|udp] [6] [port] | unix path\n")
  os.exit(2)
end
