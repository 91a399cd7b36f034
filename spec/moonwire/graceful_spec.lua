-- SIGTERM loses no request: clients of the HTTP server count what they send and what is answered.

local moonwire = require "moonwire"
local t = require "spec.support"

moonwire.run(function() end)

local command = os.getenv("MOONWIRE_SPEC_COMMAND")
local CLIENTS = 40

--- The answer to a request: whether it is whole, and whether it is the last; or nil and a message.
local function read_answer(connection)
  local head, message = connection:read_until("\r\n\r\n")
  if not head then return nil, message end
  local length = tonumber(head:match("Content%-Length: (%d+)"))
  local body, why = connection:read_exactly(length)
  if not body then return nil, why end
  return true, head:find("\r\nConnection: close", 1, true) ~= nil
end

--- Whether the server has closed the connection before the next request.
local function is_closed(connection)
  connection:settimeout(0)
  local code = select(3, connection:await())
  connection:settimeout(20)
  return code ~= nil and code ~= "timeout"
end

--- Sends request after request until the server is gone.
local function send_requests(address, mode, counts)
  local request = "GET /plain HTTP/1.1\r\nHost: a\r\n" .. (mode.head or "") .. "\r\n"
  while true do
    local connection, message, code = moonwire.connect(address, { timeout = 20 })
    if not connection then
      -- To be refused is no loss.
      if code ~= "ECONNREFUSED" then counts.lost[#counts.lost + 1] = message end
      return
    end
    local is_first, is_last = true, false
    while not is_last do
      if mode.pause then moonwire.sleep(math.random() * mode.pause) end
      if is_closed(connection) then
        if is_first then counts.lost[#counts.lost + 1] = "closed before the first request" end
        break
      end
      is_first = false
      local ok
      connection:write(request)
      ok, is_last = read_answer(connection)
      if ok then
        counts.answered = counts.answered + 1
      else
        counts.lost[#counts.lost + 1] = is_last
        break
      end
    end
    connection:close()
  end
end

local modes = {
  ["under keep-alive"] = {},
  ["under keep-alive, with pauses"] = { pause = 0.02 },
  ["under Connection: close"] = { head = "Connection: close\r\n" },
}

for name, mode in pairs(modes) do
  for _ = 1, 2 do
    t.it("answers all requests that were sent, " .. name, function()
      local server = t.process.start { command, "examples/moonwire/http_server.lua" }
      local address = server:expect("^serving http://(.+)/$")
      local counts = { answered = 0, lost = {} }
      moonwire.run(function()
        for _ = 1, CLIENTS do
          moonwire.spawn(send_requests, address, mode, counts)
        end
        -- Any moment of the load is as good as another.
        moonwire.sleep(0.1 + math.random() * 0.1)
        server:signal("TERM")
      end)
      t.same(counts.lost, {})
      t.equal(counts.answered >= CLIENTS, true)
      local output, status = server:finish()
      t.equal(output, "done\n")
      t.equal(status, 0)
    end)
  end
end
