-- Prints each line that a server sends, as it comes.
--
--   moonwire examples/ssocket/lines.lua 127.0.0.1 7000
--   moonwire examples/ssocket/lines.lua unix:/tmp/lines.sock
--
-- `seq 10 | socat - TCP-LISTEN:7000,bind=127.0.0.1` is such a server.

local socket = require "ssocket"

if not arg[1] then
  io.stderr:write("usage: lines.lua host port | unix:/path\n")
  os.exit(2)
end

local tcpsock = socket.tcp()
local ok, err = tcpsock:connect(arg[1], arg[2])
if not ok then
  io.stderr:write("lines: ", err, "\n")
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
