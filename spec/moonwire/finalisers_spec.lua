-- Finalisers run while a result is made a Lua value. They may use the very socket whose bytes those are.

local t = require "spec.support"
local net = require "spec.moonwire.support"

--- Has `fn` called by the collector, again and again.
local function haunt(fn)
  -- So that it comes soon, however much there was before.
  collectgarbage()
  local running = true
  t.defer(function()
    running = false
  end)
  local function again()
    local ghost = newproxy and newproxy(true) or setmetatable({}, {})
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

local allowed = { EBUSY = true, timeout = true, closed = true }

local function keep_result(list, data, _, code)
  if data then
    list[#list + 1] = data
  else
    assert(allowed[code], code)
  end
end

local function is_whole(seen)
  table.sort(seen)
  t.equal(#seen, 400)
  for index, data in ipairs(seen) do
    t.equal(data == record(index), true)
  end
end

t.it("does not mix up what finalisers read and what is being read", function()
  local client, server = net.pair(net.families.unix)
  server:settimeout(0)
  local calls, seen = 0, {}
  haunt(function()
    calls = calls + 1
    keep_result(seen, server:read_until("\n"))
    pcall(server.write, server, "x")
  end)
  for index = 1, 400 do
    client:write(record(index) .. "\n")
    keep_result(seen, server:read_until("\n"))
  end
  t.equal(calls > 0, true)
  is_whole(seen)
end)

t.it("does not mix up the datagrams of a batch", function()
  local receiver, address = net.datagram(net.families.abstract)
  local sender = net.datagram(net.families.abstract)
  receiver:settimeout(0)
  local calls, seen = 0, {}
  local function receive(size)
    local list, _, code = receiver:receive_many(size)
    for _, data in ipairs(list or {}) do
      seen[#seen + 1] = data
    end
    assert(list or allowed[code], code)
  end
  haunt(function()
    calls = calls + 1
    keep_result(seen, receiver:receive())
    receive(2)
  end)
  for index = 1, 400, 4 do
    local list = { record(index), record(index + 1), record(index + 2), record(index + 3) }
    local sent = 0
    while sent < 4 do
      sent = sent + sender:send_many({ list[sent + 1] }, address)
    end
    receive(3)
    receive(3)
  end
  receive(100)
  t.equal(calls > 0, true)
  is_whole(seen)
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
  for index = 1, 800 do
    local client, server = net.pair(net.families.abstract)
    client:write(record(index) .. "\n")
    current = server
    local data, _, code = server:read_until("\n")
    current = nil
    t.equal(data == record(index) or code == "closed", true)
    client:close()
    server:close()
  end
  t.equal(calls > 0, true)
end)
