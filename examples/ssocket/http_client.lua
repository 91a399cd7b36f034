-- Fetches a page over HTTP/1.1 and writes its body to standard output.
--
--   moonwire examples/ssocket/http_client.lua http://127.0.0.1:8000/index.html

local socket = require "ssocket"

local TIMEOUT = 10

local function fail(message)
  io.stderr:write("http_client: ", message, "\n")
  os.exit(1)
end

local function check(value, message)
  return value or fail(message)
end

local function parse(url)
  local authority, path = url:match("^http://([^/]+)(.*)$")
  if not authority then
    fail("not an http URL: " .. url)
  end
  local host, port = authority:match("^%[(.+)%]:?(%d*)$")
  if not host then
    host, port = authority:match("^([^:]+):?(%d*)$")
  end
  check(host, "no host: " .. url)
  return host, tonumber(port) or 80, authority, path == "" and "/" or path
end

local function headers(line)
  local fields = {}
  while true do
    local text = check(line())
    if text == "" then
      return fields
    end
    local name, value = text:match("^([^:]+):%s*(.-)%s*$")
    if name then
      fields[name:lower()] = value
    end
  end
end

-- The body ends where its length says, with an empty chunk, or with the connection (RFC 9112).
local function copy_body(connection, line, fields, out)
  if (fields["transfer-encoding"] or ""):lower():find("chunked", 1, true) then
    while true do
      local size = check(tonumber(check(line()):match("^%x+"), 16), "a chunk without a size")
      if size == 0 then
        return headers(line)
      end
      out:write(check(connection:read(size)))
      check(connection:read(2))
    end
  end
  local left = tonumber(fields["content-length"]) or math.huge
  while left > 0 do
    local data, message, partial = connection:read(math.floor(math.min(left, 65536)))
    out:write(data or partial)
    left = left - #(data or partial)
    if not data then
      if message == socket.ERROR_CLOSED and left == math.huge then
        return
      end
      fail(message)
    end
  end
end

if not arg[1] then
  io.stderr:write("usage: http_client.lua URL\n")
  os.exit(2)
end
local host, port, authority, path = parse(arg[1])
local connection = socket.tcp()
connection:settimeout(TIMEOUT)
check(connection:connect(host, port))
check(connection:write(table.concat({
  "GET " .. path .. " HTTP/1.1",
  "Host: " .. authority,
  "User-Agent: moonwire-example",
  "Accept: */*",
  "Connection: close",
  "\r\n",
}, "\r\n")))
local line = connection:readuntil("\r\n")
local status = check(line()):match("^HTTP/1%.[01] (%d%d%d)")
check(status, "not an answer of HTTP/1")
copy_body(connection, line, headers(line), io.stdout)
connection:close()
io.stderr:write("status ", status, "\n")
os.exit(status:sub(1, 1) == "2" and 0 or 1)
