-- Sends a line to an echo server over TCP, unix or UDP and prints the answer.
--
--   moonwire examples/minisock/echo_client.lua tcp 127.0.0.1 7 [line]
--   moonwire examples/minisock/echo_client.lua unix /tmp/echo.sock [line]
--   moonwire examples/minisock/echo_client.lua udp 127.0.0.1 7 [line]
--
-- `socat TCP-LISTEN:7000,bind=127.0.0.1,fork EXEC:cat` is such a server.

local minisock = require "minisock"

local USAGE = "usage: echo_client.lua tcp|udp host port [line] | unix path [line]"
local TIMEOUT = 5000

local function check(...)
  if not (...) then
    io.stderr:write("echo_client: ", tostring((select(2, ...))), "\n")
    os.exit(1)
  end
  return ...
end

-- Sends the whole line and reads until as much has come back.
local function over_stream(connection, line)
  local sent = 0
  while sent < #line do
    sent = sent + check(minisock.write(connection, line, sent + 1))
  end
  local answer = ""
  while #answer < #line do
    local data = check(minisock.read(connection, TIMEOUT))
    if data == "" then
      break
    end
    answer = answer .. data
  end
  return answer
end

local clients = {}

function clients.tcp(host, port, line)
  local connection = check(minisock.connect(host, port))
  return connection, over_stream(connection, line)
end

function clients.unix(path, line)
  local connection = check(minisock.connect(check(minisock.unixaddr(path))))
  return connection, over_stream(connection, line)
end

function clients.udp(host, port, line)
  local address = check(minisock.getaddrinfo(host, port))[1]
  -- A socket of the address's family: the document's one-byte address stands for IPv6.
  local family = check(minisock.parseaddr(address)).family
  local socket = check(minisock.udpsocket(family == "inet6" and "\10" or nil))
  check(minisock.sendto(socket, address, line))
  return socket, (check(minisock.recvfrom(socket, TIMEOUT)))
end

local transport = arg[1]
local fixed = transport == "unix" and 2 or 3
if not clients[transport] or #arg < fixed then
  io.stderr:write(USAGE, "\n")
  return os.exit(2)
end
local line = (arg[fixed + 1] or "hello from minisock") .. "\n"
local descriptor, answer
if transport == "unix" then
  descriptor, answer = clients.unix(arg[2], line)
else
  descriptor, answer = clients[transport](arg[2], arg[3], line)
end
io.write(answer or "")
check(minisock.close(descriptor))
os.exit(answer == line and 0 or 1)
