-- An HTTP/1.1 server for the files of a folder, for many connections at a time.
--
--   moonwire examples/lsocket/http_server.lua [folder [port [address]]]
--   curl http://127.0.0.1:<port>/README.md
--
-- It answers GET and HEAD, keeps a connection for further requests, and never leaves the folder. Each
-- connection is a coroutine that says what it waits for; one loop around `select` runs them all.

local lsocket = require "lsocket"

local folder = arg[1] or "."
local port = tonumber(arg[2] or "0")
local address = arg[3] or "127.0.0.1"

-- How long a connection may be silent, in seconds.
local PATIENCE = 30
-- How long the server waits after a failed accept, in seconds.
local PAUSE = 0.1
-- The most bytes of a request's head.
local LONGEST_HEAD = 16384
local CHUNK = 65536

local REASONS = {
  [200] = "OK",
  [400] = "Bad Request",
  [403] = "Forbidden",
  [404] = "Not Found",
  [405] = "Method Not Allowed",
  [431] = "Request Header Fields Too Large",
}

local TYPES = {
  html = "text/html; charset=utf-8",
  lua = "text/plain; charset=utf-8",
  md = "text/plain; charset=utf-8",
  txt = "text/plain; charset=utf-8",
}

-- What a coroutine yields to wait until its socket can be read or written.
local READ, WRITE = "read", "write"

-- Sends all of `data`; false where the client has gone.
local function send(socket, data)
  while data ~= "" do
    local count = socket:send(data)
    if count == nil then
      return false
    elseif not count then
      coroutine.yield(WRITE)
    else
      data = data:sub(count + 1)
    end
  end
  return true
end

-- The head of the next request and what came after it; nil where the client has gone, with a status
-- where it has to be told something.
local function read_head(socket, buffer)
  while true do
    local head, rest = buffer:match("^(.-\r\n)\r\n(.*)$")
    if #(head or buffer) > LONGEST_HEAD then
      return nil, 431
    elseif head then
      return head, rest
    end
    local data = socket:recv()
    if data == nil then
      return nil
    elseif not data then
      coroutine.yield(READ)
    else
      buffer = buffer .. data
    end
  end
end

-- An open file for a request's target and its path, or nil and a status.
local function open(target)
  local path = target:match("^[^?#]*"):gsub("%%(%x%x)", function(hex)
    return string.char(assert(tonumber(hex, 16)))
  end)
  if path:find("%z") or path:sub(1, 1) ~= "/" or (path .. "/"):find("/../", 1, true) then
    return nil, 403
  end
  if path:sub(-1) == "/" then
    path = path .. "index.html"
  end
  local file = io.open(folder .. path, "rb")
  -- A folder can be opened, but not be read.
  if file and not file:read(0) and file:seek("end", 0) ~= 0 then
    file:close()
    file = nil
  end
  return file, file and path or 404
end

local function head(status, length, kind, keep)
  return table.concat({
    ("HTTP/1.1 %d %s"):format(status, REASONS[status]),
    "Content-Type: " .. kind,
    ("Content-Length: %.0f"):format(length),
    "Connection: " .. (keep and "keep-alive" or "close"),
    "\r\n",
  }, "\r\n")
end

local function refuse(socket, status, keep, without_body)
  local body = ("%d %s\n"):format(status, REASONS[status])
  local answer = head(status, #body, "text/plain", keep)
  return send(socket, without_body and answer or answer .. body) and keep
end

-- Answers one request; true where the connection is kept.
local function answer(socket, request)
  local method, target, version = request:match("^(%u+) (%S+) HTTP/1%.([01])\r\n")
  if not method then
    return refuse(socket, 400, false)
  elseif method ~= "GET" and method ~= "HEAD" then
    -- How long the body of such a request is, is not known here, so the connection cannot go on.
    return refuse(socket, 405, false)
  end
  local wish = request:lower():match("\r\nconnection:%s*([%w%-]+)")
  local keep = version == "1" and wish ~= "close" or wish == "keep-alive"
  local file, path = open(target)
  if not file then
    return refuse(socket, path, keep, method == "HEAD")
  end
  local length = file:seek("end")
  file:seek("set")
  local fine = send(socket, head(200, length, TYPES[path:match("%.(%w+)$")] or "application/octet-stream", keep))
  while fine and method == "GET" do
    local chunk = file:read(CHUNK)
    if not chunk then
      break
    end
    fine = send(socket, chunk)
  end
  file:close()
  return fine and keep
end

local function serve(socket)
  local buffer = ""
  repeat
    local request, rest = read_head(socket, buffer)
    if not request then
      return rest and refuse(socket, rest, false)
    end
    buffer = rest
  until not answer(socket, request)
end

local listener = assert(lsocket.bind("tcp", address, port, 128))
io.stdout:setvbuf("line")
local url_host = address:find(":", 1, true) and "[" .. address .. "]" or address
print(("serving %s at http://%s:%d/"):format(folder, url_host, assert(listener:info("socket")).port))

-- The connections: socket -> { thread, what it waits for, since when }.
local connections = {}

local function resume(socket, connection)
  local ok, waits_for = coroutine.resume(connection.thread)
  if not ok then
    io.stderr:write(tostring(waits_for), "\n")
  end
  connection.waits_for, connection.since = waits_for, os.time()
  if coroutine.status(connection.thread) == "dead" then
    socket:close()
    connections[socket] = nil
  end
end

while true do
  local read, write = { listener }, {}
  for socket, connection in pairs(connections) do
    if os.time() - connection.since > PATIENCE then
      socket:close()
      connections[socket] = nil
    else
      local waiting = connection.waits_for == WRITE and write or read
      waiting[#waiting + 1] = socket
    end
  end
  local readable, writable = lsocket.select(read, write, PATIENCE)
  ---@cast writable lsocket.socket[]?
  for _, ready in ipairs { readable or {}, writable or {} } do
    for _, socket in ipairs(ready) do
      if socket ~= listener then
        resume(socket, connections[socket])
      else
        local connection, message = listener:accept()
        if not connection and message then
          -- There is no descriptor left, for instance. The connection waits in the queue, so the
          -- listener stays readable.
          io.stderr:write(message, "\n")
          lsocket.select(PAUSE)
        elseif connection then
          connections[connection] = {
            thread = coroutine.create(function()
              return serve(connection)
            end),
          }
          resume(connection, connections[connection])
        end
      end
    end
  end
end
