-- An HTTP/1.1 server for the files of a folder, one connection after the other.
--
--   moonwire examples/minisock/httpd.lua [folder [port]]
--   curl http://127.0.0.1:<port>/README.md
--
-- It answers GET and HEAD, keeps a connection for further requests, and never leaves the folder.

local minisock = require "minisock"

local folder = arg[1] or "."
local port = arg[2] or "0"

-- How long a client may be silent, in milliseconds.
local PATIENCE = 5000
-- How long the server waits after a failed accept, in milliseconds.
local PAUSE = 100
-- The most bytes of a request's head.
local LONGEST_HEAD = 16384
local CHUNK = 65536

local REASONS = {
  [200] = "OK",
  [400] = "Bad Request",
  [403] = "Forbidden",
  [404] = "Not Found",
  [405] = "Method Not Allowed",
  [408] = "Request Timeout",
  [431] = "Request Header Fields Too Large",
}

local TYPES = {
  css = "text/css",
  html = "text/html; charset=utf-8",
  js = "text/javascript",
  json = "application/json",
  lua = "text/plain; charset=utf-8",
  md = "text/plain; charset=utf-8",
  png = "image/png",
  svg = "image/svg+xml",
  txt = "text/plain; charset=utf-8",
}

-- Sends the whole of `data`: `write` sends what one system call takes.
local function send(connection, data)
  local sent = 0
  while sent < #data do
    local count, message = minisock.write(connection, data, sent + 1)
    if not count then
      return nil, message
    end
    sent = sent + count
  end
  return true
end

-- The head of the next request and what has been read beyond it; nil and a status, or nothing where
-- the client has gone.
local function read_head(connection, buffer)
  while true do
    local head, rest = buffer:match("^(.-\r\n)\r\n(.*)$")
    if head then
      return head, rest
    elseif #buffer > LONGEST_HEAD then
      return nil, 431
    end
    local data, message = minisock.read(connection, PATIENCE)
    if data == "" or (not data and message ~= "read timeout") then
      return nil
    elseif not data then
      return nil, buffer ~= "" and 408 or nil
    end
    buffer = buffer .. data
  end
end

local function decode(path)
  return (path:gsub("%%(%x%x)", function(hex)
    return string.char(assert(tonumber(hex, 16)))
  end))
end

-- An open file for a request's target, or nil and a status.
local function open(target)
  local path = decode(target:match("^[^?#]*"))
  if path:find("%z") or path:sub(1, 1) ~= "/" or ("/" .. path .. "/"):find("/../", 1, true) then
    return nil, 403
  end
  if path:sub(-1) == "/" then
    path = path .. "index.html"
  end
  local file = io.open(folder .. path, "rb")
  if not file then
    return nil, 404
  end
  -- A folder can be opened, but not be read.
  if not file:read(0) and file:seek("end", 0) ~= 0 then
    file:close()
    return nil, 404
  end
  return file, path
end

local function answer_head(status, length, kind, keep)
  return table.concat({
    ("HTTP/1.1 %d %s"):format(status, REASONS[status]),
    "Content-Type: " .. kind,
    ("Content-Length: %.0f"):format(length),
    "Connection: " .. (keep and "keep-alive" or "close"),
    "\r\n",
  }, "\r\n")
end

local function refuse(connection, status, keep, without_body)
  local body = ("%d %s\n"):format(status, REASONS[status])
  local head = answer_head(status, #body, "text/plain", keep)
  return send(connection, without_body and head or head .. body) and keep
end

-- Answers one request; true where the connection is kept.
local function answer(connection, head)
  local method, target, version = head:match("^(%u+) (%S+) HTTP/1%.([01])\r\n")
  if not method then
    return refuse(connection, 400, false)
  end
  local wish = (head:lower():match("\r\nconnection:%s*([%w%-]+)") or "")
  local keep = version == "1" and wish ~= "close" or wish == "keep-alive"
  if method ~= "GET" and method ~= "HEAD" then
    -- What the body of such a request is, is not known here, so the connection cannot go on.
    return refuse(connection, 405, false)
  end
  local file, path = open(target)
  if not file then
    return refuse(connection, path, keep, method == "HEAD")
  end
  local length = file:seek("end")
  file:seek("set")
  local kind = TYPES[path:match("%.(%w+)$")] or "application/octet-stream"
  local fine = send(connection, answer_head(200, length, kind, keep))
  while fine and method == "GET" do
    local chunk = file:read(CHUNK)
    if not chunk then
      break
    end
    fine = send(connection, chunk)
  end
  file:close()
  return fine and keep
end

local function serve(connection)
  local buffer = ""
  repeat
    local head, rest = read_head(connection, buffer)
    if not head then
      if rest then
        refuse(connection, rest, false)
      end
      return
    end
    buffer = rest
  until not answer(connection, head)
end

local listener, address = assert(minisock.bind("127.0.0.1", port))
io.stdout:setvbuf("line")
print(("serving %s at http://127.0.0.1:%d/"):format(folder, assert(minisock.parseaddr(address)).port))
while true do
  local connection, message = minisock.accept(listener)
  if connection then
    -- Nothing that happens to one connection ends the server.
    local ok, failure = pcall(serve, connection)
    if not ok then
      io.stderr:write(tostring(failure), "\n")
    end
    minisock.close(connection)
  else
    -- There is no descriptor left, for instance. The connection waits in the queue.
    io.stderr:write(message, "\n")
    minisock.msleep(PAUSE)
  end
end
