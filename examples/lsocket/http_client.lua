-- Prints what an HTTP server has at a URL.
--
--   moonwire examples/lsocket/http_client.lua http://127.0.0.1:8000/README.md

local lsocket = require "lsocket"

local PATIENCE = 10

local function fail(message)
  io.stderr:write("http_client: ", tostring(message), "\n")
  os.exit(1)
end

local authority, target = (arg[1] or ""):match("^http://([^/?#]+)([^#]*)")
if not authority or not target then
  io.stderr:write("usage: http_client.lua http://host[:port][/path]\n")
  return os.exit(2)
end
-- The host may be an IPv6 address in brackets.
local host, port = authority:match("^%[(.-)%]:?(%d*)$")
if not host then
  host, port = authority:match("^([^:]+):?(%d*)$")
end
if not host then
  return fail("no host in the URL")
end
if target:sub(1, 1) ~= "/" then
  target = "/" .. target
end

local function wait(read, write)
  if not lsocket.select(read, write, PATIENCE) then
    fail("the server is silent")
  end
end

-- Connects to the first address of the host that answers.
local function connect()
  local failure
  local addresses, message = lsocket.resolve(host)
  for _, address in ipairs(addresses or {}) do
    local socket, refusal = lsocket.connect(address.addr, tonumber(port ~= "" and port or "80", 10))
    failure = refusal
    if socket then
      local _, writable = lsocket.select(nil, { socket }, PATIENCE)
      local ok, problem = socket:status()
      if ok and writable then
        return socket
      end
      failure = problem
      socket:close()
    end
  end
  return fail(failure or message or "no answer")
end

local function send(socket, data)
  while data ~= "" do
    wait({}, { socket })
    local count, message = socket:send(data)
    if count == nil then
      fail(message)
    end
    data = data:sub((count or 0) + 1)
  end
end

local function receive_all(socket)
  local parts = {}
  while true do
    wait { socket }
    local data, message = socket:recv(65536)
    if data then
      parts[#parts + 1] = data
    elseif data == nil then
      return message and fail(message) or table.concat(parts)
    end
  end
end

local socket = assert(connect())
send(socket, table.concat({
  "GET " .. target .. " HTTP/1.0",
  "Host: " .. authority,
  "User-Agent: moonwire",
  "Connection: close",
  "\r\n",
}, "\r\n"))
local answer = receive_all(socket)
socket:close()
local status, body = answer:match("^HTTP/1%.%d (%d+).-\r\n\r\n(.*)$")
if not status then
  fail("the answer is not HTTP")
end
io.write(body)
if status:sub(1, 1) ~= "2" then
  fail("status " .. status)
end
