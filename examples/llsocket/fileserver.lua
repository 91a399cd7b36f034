-- An HTTP/1.1 server for the files of a folder that sends them with sendfile: their bytes never come to
-- this process.
--
--   moonwire examples/llsocket/fileserver.lua [folder [port]]
--   curl http://127.0.0.1:<port>/README.md
--
-- It answers one request of one connection after the other, and never leaves the folder.

local llsocket = require "llsocket"

local folder = arg[1] or "."
local port = arg[2] or "0"

-- How long a client may be silent, or take nothing, in seconds.
local PATIENCE = 5
-- How long the server waits after a failed accept, in seconds.
local PAUSE = 0.1
-- The most bytes of a request's head.
local LONGEST_HEAD = 16384

local function check(value, err)
  if not value then
    io.stderr:write("fileserver: ", tostring(err), "\n")
    os.exit(1)
  end
  return value
end

local function succeed(err)
  check(not err, err)
end

-- The file that a target names, or nil and a status. A target never leaves the folder.
local function open(target)
  local path = target:match("^[^?#]*"):gsub("%%(%x%x)", function(digits)
    return string.char(assert(tonumber(digits, 16)))
  end)
  if path:find("%z") or ("/" .. path .. "/"):find("/%.%./") then
    return nil, "403 Forbidden"
  end
  local file = io.open(folder .. "/" .. path, "rb")
  -- A folder can be opened, but not read.
  if not file or not file:read(0) and file:seek("end", 0) ~= 0 then
    if file then
      file:close()
    end
    return nil, "404 Not Found"
  end
  return file
end

-- Sends all of a string, with these flags. False where the client has gone or takes nothing.
local function send(sock, bytes, ...)
  while #bytes > 0 do
    local sent = sock:send(bytes, ...)
    if not sent or sent == 0 then
      return false
    end
    bytes = bytes:sub(sent + 1)
  end
  return true
end

local function send_file(sock, file, length)
  local offset = 0
  while offset < length do
    local sent = sock:sendfile(file, length - offset, offset)
    if not sent or sent == 0 then
      return
    end
    offset = offset + sent
  end
end

-- The head of a request, or nil where there is none to answer.
local function receive_head(sock)
  local head = ""
  while not head:find("\r\n\r\n", 1, true) do
    local bytes = sock:recv()
    head = head .. (bytes or "")
    if not bytes or #head > LONGEST_HEAD then
      return nil
    end
  end
  return head
end

local function answer(sock)
  local head = receive_head(sock)
  local method, target = (head or ""):match("^(%u+) (%S+) HTTP/1%.%d\r\n")
  local file, status
  if not method then
    status = "400 Bad Request"
  elseif method ~= "GET" and method ~= "HEAD" then
    status = "405 Method Not Allowed"
  else
    file, status = open(target)
  end
  if not file then
    local body = method == "HEAD" and "" or status .. "\n"
    send(sock, ("HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s")
      :format(status, #status + 1, body))
    return
  end
  local length = file:seek("end")
  -- MSG_MORE lets the head travel with the beginning of the file.
  local more = method == "GET" and length > 0 and llsocket.MSG_MORE or 0
  send(sock, ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"):format(length), more)
  if method == "GET" then
    send_file(sock, file, length)
  end
  file:close()
end

-- Nothing is ever sent on this pair: receiving from it is a pause.
local quiet = check(llsocket.socket.pair(llsocket.SOCK_DGRAM))
check(quiet[1]:rcvtimeo(PAUSE))

local listener = check(llsocket.socket.new(check(llsocket.inet.getaddrinfo("127.0.0.1", port))))
check(listener:reuseaddr(true))
succeed(listener:bind())
succeed(listener:listen())
print(("http://127.0.0.1:%d/"):format(listener:getsockname():addr().port))
io.stdout:flush()

local function serve(sock)
  assert(sock:rcvtimeo(PATIENCE))
  assert(sock:sndtimeo(PATIENCE))
  answer(sock)
end

-- Nothing that happens to one connection ends the server.
while true do
  local sock, err, again = listener:accept()
  if sock then
    local ok, message = pcall(serve, sock)
    if not ok then
      io.stderr:write("fileserver: ", tostring(message), "\n")
    end
    sock:close(llsocket.SHUT_WR)
  elseif not again then
    -- There is no descriptor left, for instance. The connection waits in the queue.
    io.stderr:write("fileserver: ", err, "\n")
    quiet[1]:recv()
  end
end
