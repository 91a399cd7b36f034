-- An HTTP/1.1 server with keep-alive, for a page or two that it has in memory.
--
--   moonwire examples/moonwire/http_server.lua [address]
--   curl http://127.0.0.1:<port>/
--   wrk -t1 -c100 -d10 http://127.0.0.1:<port>/
--
-- It answers GET and HEAD, in order however many requests come at once. What comes is bounded: the head of
-- a request, its body, and the time for each. SIGTERM ends it when all requests that were sent by then are
-- answered.

local moonwire = require "moonwire"

local address = arg[1] or "127.0.0.1:0"

-- How long the head or the body of a request may take, and how long a connection may be idle, in seconds.
local PATIENCE = 10
-- The most bytes of a head, and of a body, which is thrown away.
local LONGEST_HEAD = 16384
local LONGEST_BODY = 1048576
-- How long the end may take.
local GRACE = 5

local PAGES = {
  ["/"] = "<!DOCTYPE html><title>Moonwire</title><p>Hello, moon!\n",
  ["/plain"] = "Hello, moon!\n",
}

local REASONS = {
  [200] = "OK",
  [400] = "Bad Request",
  [404] = "Not Found",
  [405] = "Method Not Allowed",
  [408] = "Request Timeout",
  [413] = "Content Too Large",
  [431] = "Request Header Fields Too Large",
  [501] = "Not Implemented",
  [505] = "HTTP Version Not Supported",
}

-- `keep` is whether the connection is kept, or "keep-alive" where the client has to be told so.
local function response(status, body, keep, without_body)
  local head = {
    ("HTTP/1.1 %d %s"):format(status, REASONS[status]),
    "Content-Type: " .. (body:find("^<!DOCTYPE html>") and "text/html" or "text/plain"),
    "Content-Length: " .. #body,
  }
  if status == 405 then
    head[#head + 1] = "Allow: GET, HEAD"
  end
  if keep ~= true then
    head[#head + 1] = "Connection: " .. (keep or "close")
  end
  return table.concat(head, "\r\n") .. "\r\n\r\n" .. (without_body and "" or body)
end

-- The answers to good requests, as they are sent again and again.
local ready = {}
for target, body in pairs(PAGES) do
  ready["GET " .. target] = response(200, body, true)
  ready["HEAD " .. target] = response(200, body, true, true)
end

-- The fields of a head by their names in lower case, or nil where they are no fields. Of those that come
-- several times there is a list, joined with commas (RFC 9110, 5.3).
local function fields_of(text)
  local fields = {}
  for line in text:gmatch("([^\r\n]*)\r\n") do
    -- No blank may stand before the colon, and none at the beginning (RFC 9112, 5.1 and 5.2).
    local name, value = line:match("^([%w!#$%%&'*+%-.^_`|~]+):[ \t]*(.-)[ \t]*$")
    if not name or value:find("[%z\r\n]") then
      return nil
    end
    name = name:lower()
    fields[name] = fields[name] and fields[name] .. ", " .. value or value
  end
  return fields
end

-- What is wrong with a request, as a status, or its method, target, whether the connection is kept, and
-- the length of its body.
local function parse(head)
  local method, target, major, minor, rest =
    head:match("^([%w!#$%%&'*+%-.^_`|~]+) ([!-~]+) HTTP/(%d)%.(%d)\r\n(.*)$")
  if not method then
    return 400
  elseif major ~= "1" then
    return 505
  end
  local fields = fields_of(rest)
  if not fields or minor ~= "0" and (not fields.host or fields.host:find(",")) then
    return 400
  elseif fields["transfer-encoding"] then
    return 501
  end
  local length = fields["content-length"] or "0"
  if not length:find("^%d+$") then
    return 400
  elseif #length > 9 or tonumber(length) > LONGEST_BODY then
    return 413
  end
  local wish = (", " .. (fields.connection or "") .. ","):lower()
  ---@type boolean|string|nil
  local keep = not wish:find("[ \t,]close[ \t]*,")
  if minor == "0" then
    keep = keep and wish:find("[ \t,]keep%-alive[ \t]*,") and "keep-alive"
  end
  return nil, method, target, keep, tonumber(length), fields.expect
end

-- Answers what cannot be gone on with. A client that is still sending would lose the answer if the
-- connection were closed at once (RFC 9112, 9.6).
local function refuse(connection, status)
  local text = ("%d %s\n"):format(status, REASONS[status])
  if connection:write(response(status, text, false)) and connection:shutdown() then
    moonwire.timeout(1, function()
      while connection:read() do
      end
    end)
  end
end

-- The next request's head with its last line end, or nil and a status, or nothing where there is none.
local function next_head(connection)
  -- Where the server ends meanwhile, the connection waits no longer than it has to.
  if not connection:await() then
    return nil
  end
  local head, _, code = connection:read_until("\r\n\r\n", LONGEST_HEAD)
  if head then
    -- An empty line in front is forgiven (RFC 9112, 2.2).
    return head:gsub("^\r\n", "") .. "\r\n"
  elseif code == "oversized" then
    return nil, 431
  elseif code == "timeout" then
    return nil, 408
  end
end

local function answer(method, target, keep)
  local repeated = keep == true and ready[method .. " " .. target]
  if repeated then
    return repeated
  end
  -- A proxy is asked with the whole URL, and so may every server be (RFC 9112, 3.2.2).
  target = target:gsub("^http://[^/?]*", ""):match("^[^?]*")
  target = target == "" and "/" or target
  local without_body = method == "HEAD"
  if method ~= "GET" and not without_body then
    return response(405, "405 " .. REASONS[405] .. "\n", keep)
  end
  local page = PAGES[target]
  if page then
    return response(200, page, keep, without_body)
  end
  return response(404, "404 " .. REASONS[404] .. "\n", keep, without_body)
end

local function converse(connection)
  while true do
    local head, problem = next_head(connection)
    if not head then
      return problem and refuse(connection, problem)
    end
    local status, method, target, keep, length, expect = parse(head)
    if status then
      return refuse(connection, status)
    end
    if length > 0 then
      if expect and expect:lower() == "100-continue" then
        connection:write("HTTP/1.1 100 Continue\r\n\r\n")
      end
      if not connection:read_exactly(length) then
        return
      end
    end
    keep = not connection:is_ending() and keep
    if not connection:write(answer(method, target, keep)) or not keep then
      return
    end
  end
end

local function serve(connection)
  connection:settimeout(PATIENCE)
  connection:option("nodelay", true)
  converse(connection)
end

io.stdout:setvbuf("line")

moonwire.run(function()
  local listener = assert(moonwire.listen(address))
  local stopper = moonwire.spawn(function()
    if moonwire.signal("TERM", "INT") then
      listener:stop(GRACE)
    end
  end)
  print("serving http://" .. listener:local_address() .. "/")
  assert(listener:serve(serve))
  stopper:cancel()
  print("done")
end)
