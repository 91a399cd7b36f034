-- The work of `limit.c` in Lua: client.lua LIBRARY CASE PORT COUNT

local library, case, port, count = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])

local BLOCK, MESSAGE = 65536, 64

local libraries = {}

function libraries.ssocket()
  local ssocket = require "ssocket"
  local socket = ssocket.tcp()
  assert(socket:setopt(ssocket.OPT_TCP_NODELAY, true))
  assert(socket:connect("127.0.0.1", port))
  return socket, socket.write, socket.read, socket:readuntil("\r\n")
end

-- The same with a time-out, which the kernel keeps.
function libraries.timed()
  local socket, write, read, line = libraries.ssocket()
  socket:settimeout(5)
  return socket, write, read, line
end

function libraries.luasocket()
  local socket = assert(require("socket").connect("127.0.0.1", port))
  socket:setoption("tcp-nodelay", true)
  local receive = socket.receive
  return socket, socket.send, receive, function()
    return receive(socket, "*l")
  end
end

local socket, write, read, line = libraries[library]()
write(socket, ("%-8s%-16d"):format(case, count))
if case == "lines" then
  local expected = ("0123456789"):rep(4)
  for _ = 1, count do
    assert(line() == expected)
  end
elseif case == "recv" then
  for _ = 1, count do
    assert(#read(socket, BLOCK) == BLOCK)
  end
elseif case == "send" then
  local block = ("x"):rep(BLOCK)
  for _ = 1, count do
    assert(write(socket, block))
  end
  assert(read(socket, 1))
elseif case == "ping" then
  local message = ("x"):rep(MESSAGE)
  for _ = 1, count do
    write(socket, message)
    assert(read(socket, MESSAGE))
  end
end
