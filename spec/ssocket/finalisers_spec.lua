-- Finalisers run while a result is made a Lua string, on some versions of Lua before its bytes are
-- copied. They may use the very socket whose bytes those are.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

--- Has `fn` called by the collector, again and again.
local function haunt(fn)
  local running = true
  t.defer(function()
    running = false
  end)
  local function again()
    local ghost
    if newproxy then
      ghost = newproxy(true)
    else
      ghost = setmetatable({}, {})
    end
    getmetatable(ghost).__gc = function()
      if running then
        fn()
        again()
      end
    end
    if not newproxy then
      setmetatable(ghost, getmetatable(ghost))
    end
  end
  again()
end

local function record(index)
  return ("%06d"):format(index) .. (string.char(97 + index % 26)):rep(index % 7 == 0 and 30000 or 2000)
end

t.it("does not mix up what finalisers read and what is being read", function()
  local client, server = net.pair(net.families.unix)
  local line = server:readuntil("\n")
  server:settimeout(0)
  local calls = 0
  local stolen, messages = {}, {}
  haunt(function()
    calls = calls + 1
    local data, message, partial = line()
    if data then
      stolen[#stolen + 1] = data
    else
      messages[message] = true
      t.equal(partial, "")
    end
    data, message, partial = server:read(0)
    t.equal(data or partial, "")
  end)
  local seen = {}
  for index = 1, 400 do
    client:write(record(index) .. "\n")
    local data = line()
    if data then
      seen[#seen + 1] = data
    end
  end
  for _, data in ipairs(stolen) do
    seen[#seen + 1] = data
  end
  table.sort(seen)
  t.equal(calls > 0, true)
  t.equal(#seen, 400)
  for index, data in ipairs(seen) do
    t.equal(data == record(index), true)
  end
  for message in pairs(messages) do
    t.equal(message == "Device or resource busy" or message == S.ERROR_TIMEOUT, true)
  end
end)

t.it("withstands a finaliser that closes the socket", function()
  local calls = 0
  local current
  haunt(function()
    calls = calls + 1
    if current then
      current:close()
    end
  end)
  for index = 1, 200 do
    local client, server = net.pair(net.families.abstract)
    client:write(record(index) .. "\n")
    local line = server:readuntil("\n")
    current = server
    local data, message = line()
    current = nil
    t.equal(data == record(index) or message == S.ERROR_CLOSED, true)
    client:close()
    server:close()
  end
  t.equal(calls > 0, true)
end)
