-- What tables select takes, and what the program may do with them.

local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

local function writable(sockets)
  local _, ready = lsocket.select(nil, sockets, 10)
  return ready
end

t.it("returns new tables, and leaves those it was passed as they were", function()
  local client, server = net.pair(net.families.inet)
  local sockets = { client, server }
  local ready = writable(sockets)
  t.equal(ready == sockets, false)
  ready[1] = nil
  t.same(sockets, { client, server })
  t.same(writable(sockets), { client, server })
end)

t.it("takes the same tables again, whatever has become of them and of the sockets", function()
  local sockets = {}
  for index = 1, 10 do
    sockets[index] = net.datagram(net.families.inet)
  end
  t.same(writable(sockets), sockets)
  t.same(writable(sockets), sockets)
  local gone = table.remove(sockets, 3)
  t.same(writable(sockets), sockets)
  sockets[4], sockets[5] = sockets[5], sockets[4]
  t.same(writable(sockets), sockets)
  sockets[9]:close()
  t.same(#writable(sockets), 8)
  -- The number of the closed one goes to another socket.
  sockets[9] = net.datagram(net.families.inet)
  t.same(writable(sockets), sockets)
  gone:close()
  local fd = sockets[1]:getfd()
  sockets[1]:setfd(-1)
  t.equal(require("minisock").close(fd), true)
  t.equal(#writable(sockets), 8)
  t.equal(writable(sockets)[1], sockets[2])
end)

t.it("takes the same table for both", function()
  local client, server = net.pair(net.families.inet)
  server:send("x")
  net.readable(client)
  local both = { client, server }
  t.same(t.pack(lsocket.select(both, both, 10)), t.pack({ client }, { client, server }))
end)

t.it("reads tables raw", function()
  local client, server = net.pair(net.families.inet)
  local function forbidden()
    error("a metamethod was called")
  end
  local sockets = setmetatable({ client, server }, {
    __index = forbidden, __newindex = forbidden, __len = forbidden, __pairs = forbidden, __ipairs = forbidden,
  })
  t.same(writable(sockets), { client, server })
end)

t.it("waits for sockets under any key: integers in their order, then the others", function()
  local list = {}
  for index = 1, 5 do
    list[index] = net.datagram(net.families.inet)
  end
  t.same(writable { [7] = list[3], [-5] = list[1], [3] = list[2] }, { list[1], list[2], list[3] })
  t.same(writable { list[1], nil, list[2], nil, nil, list[3] }, { list[1], list[2], list[3] })
  local ready = writable { name = list[5], [4] = list[2], list[1], [1.5] = list[4] }
  t.same({ ready[1], ready[2] }, { list[1], list[2] })
  t.equal(#ready, 4)
  t.same(writable { [list[4]] = list[4] }, { list[4] })
  local sparse = { [2 ^ 40] = list[2], [1] = list[1] }
  t.equal(#writable(sparse), 2)
end)

t.it("takes lists however they were built", function()
  local list = {}
  for index = 1, 20 do
    list[index] = net.datagram(net.families.inet)
  end
  local backwards, mixed = {}, { a = 1, b = 2, c = 3 }
  mixed.a, mixed.b, mixed.c = nil, nil, nil
  for index = 20, 1, -1 do
    backwards[index] = list[index]
    mixed[21 - index] = list[21 - index]
  end
  t.same(writable(backwards), list)
  t.same(writable(mixed), list)
  for index = 20, 11, -1 do
    backwards[index] = nil
  end
  t.equal(#writable(backwards), 10)
end)

t.it("withstands a finaliser that changes the tables while they are read", function()
  if _VERSION == "Lua 5.1" then
    return -- Its tables have no finalisers.
  end
  local list, sockets = {}, {}
  for index = 1, 200 do
    list[index] = net.datagram(net.families.inet)
  end
  local function disturb()
    for key in pairs(sockets) do
      sockets[key] = nil
    end
    collectgarbage()
  end
  for round = 1, 200 do
    for index = 1, 200 do
      sockets[round % 2 == 0 and index or index * 3] = list[index]
    end
    setmetatable({}, { __gc = disturb })
    collectgarbage("step", round % 7)
    local ok, ready = pcall(function()
      return select(2, lsocket.select({}, sockets, 0))
    end)
    if ok then
      for _, socket in ipairs(ready or {}) do
        t.equal(type(socket), "userdata")
      end
    else
      t.equal(type(ready), "string")
    end
    disturb()
  end
end)
