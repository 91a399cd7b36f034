-- Passes an open file from one process to another over a unix socket.
--
-- The receiver serves whoever hands it a file: it gets a descriptor, not a path, so it can read what the
-- sender could open, and nothing else.
--
--   moonwire examples/llsocket/pass_descriptor.lua receive /tmp/files.sock
--   moonwire examples/llsocket/pass_descriptor.lua send /tmp/files.sock README.md
--
-- The receiver prints what it was told and how many bytes the file has, and sends the whole file back
-- with sendfile; the sender writes it to its output.

local llsocket = require "llsocket"

local role, path, file_name = arg[1], arg[2], arg[3]

local function check(value, err)
  if not value then
    io.stderr:write("pass_descriptor: ", tostring(err or "the other side has gone"), "\n")
    os.exit(1)
  end
  return value
end

local function succeed(err)
  check(not err, err)
end

---@param path string
local function receive(path)
  os.remove(path)
  local listener = check(llsocket.socket.new(check(llsocket.unix.getaddrinfo(path))))
  succeed(listener:bind())
  succeed(listener:listen())
  print("waiting at " .. path)
  io.stdout:flush()

  local connection = check(listener:accept())
  local message = check(connection:recvmsg())
  check(#message.fds == 1, "expected one descriptor")
  -- The message owns the descriptor and closes it when it is collected; nobody has to take it.
  local total = 0
  repeat
    local sent, err = connection:sendfile(message.fds[1], 1048576, total)
    total = total + check(sent, err)
  until sent == 0
  print(("got %s, %d bytes"):format(message.data, total))
  connection:close()
  listener:close()
  os.remove(path)
end

---@param path string
---@param file_name string
local function send(path, file_name)
  local file = check(io.open(file_name, "rb"))
  local sock = check(llsocket.socket.new(check(llsocket.unix.getaddrinfo(path))))
  succeed(sock:connect())
  local sent, err = sock:sendmsg { "the file ", file_name, fds = { file } }
  check(sent, err)
  -- The other process has a descriptor of its own by now, or will have.
  file:close()
  while true do
    local bytes, failure = sock:recv(65536)
    check(not failure, failure)
    if not bytes then
      break
    end
    io.stdout:write(bytes)
  end
  sock:close()
end

if role == "receive" and path then
  receive(path)
elseif role == "send" and path and file_name then
  send(path, file_name)
else
  io.stderr:write("usage: pass_descriptor.lua receive <socket> | send <socket> <file>\n")
  os.exit(2)
end
