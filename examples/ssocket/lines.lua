-- Prints each line that a server sends, as it comes.
--
--   moonwire examples/ssocket/lines.lua 127.0.0.1 7000
--   moonwire examples/ssocket/lines.lua unix:/tmp/lines.sock
--
-- `seq 10 | socat - TCP-LISTEN:7000,bind=127.0.0.1` is such a server.

local socket = require "ssocket"

local host, port = arg[1], tonumber(arg[2] or "", 10)
if not host then
  io.stderr:write("usage: lines.lua host port | unix:/path\n")
  return os.exit(2)
end

local tcpsock = socket.tcp()
local ok, err
if port then
  ok, err = tcpsock:connect(host, port)
else
  ok, err = tcpsock:connect(host)
end
if not ok then
  io.stderr:write("lines: ", tostring(err), "\n")
  os.exit(1)
end
local reader = tcpsock:readuntil("\n")
while true do
  local line, message, partial = reader()
  if line then
    print("line: " .. line)
  else
    if partial ~= "" then
      print("without an end: " .. partial)
    end
    print(message)
    break
  end
end
tcpsock:close()
