-- Sends a line to an echo server and prints what comes back.
--
--   moonwire examples/lsocket/echo_client.lua [tcp|udp] [6] port [line]
--   moonwire examples/lsocket/echo_client.lua unix path [line]
--
-- `socat TCP-LISTEN:7000,bind=127.0.0.1,fork EXEC:cat` is a server for it.

local lsocket = require "lsocket"

local PATIENCE = 5

-- The next argument, where it is of this form.
local function take(pattern)
  if arg[1] and arg[1]:find(pattern) then
    return table.remove(arg, 1)
  end
end

local function fail(message)
  io.stderr:write("echo_client: ", message, "\n")
  os.exit(1)
end

local function check(value, message)
  -- A single nil is the end of the stream.
  return value ~= nil and value or fail(message or "the server has closed the connection")
end

local transport = take "^%a+$" or "tcp"
local host = take "^6$" and arg[1] and "::1" or "127.0.0.1"
local socket
if transport == "unix" and arg[1] then
  socket = check(lsocket.connect("tcp", table.remove(arg, 1)))
elseif (transport == "tcp" or transport == "udp") and tonumber(arg[1]) then
  socket = check(lsocket.connect(transport, host, tonumber(table.remove(arg, 1))))
else
  io.stderr:write("usage: echo_client.lua [tcp|udp] [6] port [line] | unix path [line]\n")
  os.exit(2)
end

-- The socket is connected, or has failed to, when it can be written.
local _, writable = lsocket.select(nil, { socket }, PATIENCE)
if not writable then
  fail("no answer")
end
check(socket:status())

local line = (arg[1] or "hello from lsocket") .. "\n"
local sent, answer = 0, ""
while #answer < #line do
  local rest = sent < #line and { socket } or {}
  if not lsocket.select({ socket }, rest, PATIENCE) then
    fail("no answer")
  end
  if sent < #line then
    sent = sent + (check(socket:send(line:sub(sent + 1))) or 0)
  end
  local data, message = socket:recv()
  if data ~= false then
    answer = answer .. check(data, message)
  end
end
socket:close()
io.write(answer)
os.exit(answer == line and 0 or 1)
