-- Sends a bare request and prints what comes within a second.
--
--   moonwire examples/ssocket/get.lua 127.0.0.1 8000
--
-- `python3 -m http.server 8000 --bind 127.0.0.1` is such a server.

local socket = require "ssocket"

local host, port = arg[1], tonumber(arg[2] or "", 10)
if not host or not port then
  io.stderr:write("usage: get.lua host port\n")
  return os.exit(2)
end

local tcpsock = socket.tcp()
local ok, err = tcpsock:connect(host, port)
if not ok then
  io.stderr:write("get: ", tostring(err), "\n")
  os.exit(1)
end
tcpsock:write("GET / HTTP/1.0\r\n")
tcpsock:write("\r\n")
tcpsock:settimeout(1)
-- More than there is: what has come by the end is the partial result.
local data, _, partial = tcpsock:read(1048576)
io.output():write(data or partial or "")
tcpsock:close()
