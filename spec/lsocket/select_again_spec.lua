-- Tables of many sockets that hardly change from one `select` to the next.

local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

local COUNT = 200

local function bind()
  return net.keep(lsocket.bind("udp", "127.0.0.1", 0))
end

--- Sockets without anything to read.
local function idle_sockets(count)
  local sockets = {}
  for index = 1, count do
    sockets[index] = bind()
  end
  return sockets
end

--- Makes a socket readable; it stays so until something has been received.
local function fill(socket)
  local host, port = net.address(socket)
  t.equal(socket:sendto("x", host, port), 1)
  net.readable(socket)
end

--- Has the table waited for so often that nothing about it is new.
local function settle(sockets)
  for _ = 1, 3 do
    t.equal(lsocket.select(sockets, 0), false)
  end
end

t.it("returns what is ready, each time that it is", function()
  local sockets = idle_sockets(COUNT)
  settle(sockets)
  fill(sockets[150])
  fill(sockets[7])
  for _ = 1, 3 do
    t.same(lsocket.select(sockets, 10), { sockets[7], sockets[150] })
  end
  sockets[7]:recv()
  t.same(lsocket.select(sockets, 10), { sockets[150] })
  sockets[150]:recv()
  t.equal(lsocket.select(sockets, 0.01), false)
end)

t.it("returns the sockets in the order of the table, whatever that is by now", function()
  local sockets = idle_sockets(COUNT)
  settle(sockets)
  fill(sockets[1])
  fill(sockets[2])
  sockets[1], sockets[2] = sockets[2], sockets[1]
  t.same(lsocket.select(sockets, 10), { sockets[1], sockets[2] })
  table.insert(sockets, table.remove(sockets, 1))
  t.same(lsocket.select(sockets, 10), { sockets[1], sockets[COUNT] })
end)

t.it("does not return what has left the table", function()
  local sockets = idle_sockets(COUNT)
  settle(sockets)
  fill(sockets[5])
  local paused = table.remove(sockets, 5)
  t.equal(lsocket.select(sockets, 0), false)
  table.insert(sockets, paused)
  t.same(lsocket.select(sockets, 10), { paused })
  paused:close()
  t.equal(lsocket.select(sockets, 0), false)
end)

t.it("knows a new socket that has the number of one that was closed", function()
  local sockets = idle_sockets(COUNT)
  settle(sockets)
  -- A socket that was asked for its number is not watched any more.
  local numbers = t.descriptors.open()
  sockets[9]:close()
  sockets[9] = bind()
  t.same(t.descriptors.open(), numbers)
  fill(sockets[9])
  t.same(lsocket.select(sockets, 10), { sockets[9] })
end)

t.it("knows a new socket that has the number of one that was collected", function()
  local sockets = idle_sockets(COUNT)
  local forgotten = assert(lsocket.bind("udp", "127.0.0.1", 0))
  sockets[COUNT + 1] = forgotten
  settle(sockets)
  local numbers = t.descriptors.open()
  sockets[COUNT + 1], forgotten = nil, nil
  collectgarbage()
  collectgarbage()
  local another = bind()
  t.same(t.descriptors.open(), numbers)
  fill(another)
  t.equal(lsocket.select(sockets, 0), false)
  sockets[COUNT + 1] = another
  t.same(lsocket.select(sockets, 10), { another })
end)

t.it("watches a socket for reading and for writing, and stops when it is told", function()
  local sockets = idle_sockets(COUNT)
  settle(sockets)
  local socket = sockets[100]
  t.same(t.pack(lsocket.select(sockets, { socket }, 10)), t.pack({}, { socket }))
  fill(socket)
  t.same(t.pack(lsocket.select(sockets, { socket }, 10)), t.pack({ socket }, { socket }))
  t.same(lsocket.select(sockets, 10), { socket })
  socket:recv()
  t.equal(lsocket.select(sockets, 0), false)
  t.same(t.pack(lsocket.select(sockets, { socket, socket }, 10)), t.pack({}, { socket, socket }))
end)

t.it("does not watch a descriptor that was given up", function()
  local sockets = idle_sockets(COUNT)
  settle(sockets)
  fill(sockets[3])
  local number = sockets[3]:getfd()
  sockets[3]:setfd(-1)
  t.equal(lsocket.select(sockets, 0), false)
  -- Somebody else's now, as far as lsocket is concerned.
  require("minisock").close(number)
end)

t.it("looks at what is behind a number that the program knows", function()
  local minisock = require "minisock"
  for _, number_of in ipairs {
    function(socket) return socket:getfd() end,
    function(socket) return socket:info().fd end,
  } do
    local sockets = idle_sockets(COUNT)
    settle(sockets)
    local number = number_of(sockets[30])
    t.equal(lsocket.select(sockets, 0), false)
    -- Another package puts a socket of its own there.
    minisock.close(number)
    t.equal(minisock.udpsocket(minisock.ipv4addr("127.0.0.1", 0)), number)
    fill(sockets[30])
    t.same(lsocket.select(sockets, 10), { sockets[30] })
  end
end)

t.it("serves several tables in turn", function()
  local sockets = idle_sockets(3 * COUNT)
  local tables = {}
  for offset = 0, 2 do
    tables[offset + 1] = {}
    for index = 1, COUNT do
      tables[offset + 1][index] = sockets[offset * COUNT + index]
    end
  end
  -- Two of them have half of their sockets in common.
  tables[4] = {}
  for index = 1, COUNT do
    tables[4][index] = sockets[COUNT / 2 + index]
  end
  fill(sockets[COUNT - 10])
  for _ = 1, 80 do
    t.same(lsocket.select(tables[1], 10), { sockets[COUNT - 10] })
    t.equal(lsocket.select(tables[2], 0), false)
    t.equal(lsocket.select(tables[3], 0), false)
    t.same(lsocket.select(tables[4], 10), { sockets[COUNT - 10] })
  end
end)

t.it("returns what poll returns, whatever happens to the table", function()
  local random = math.random
  local sockets = idle_sockets(COUNT)
  local outside, filled = {}, {}
  local function pick(list)
    return random(1, #list)
  end
  for _ = 1, 600 do
    local what = random(1, 6)
    if what == 1 then
      local socket = sockets[pick(sockets)]
      if not filled[socket] then
        fill(socket)
        filled[socket] = true
      end
    elseif what == 2 then
      local socket = next(filled)
      if socket then
        socket:recv()
        filled[socket] = nil
      end
    elseif what == 3 and #sockets > COUNT / 2 then
      table.insert(outside, table.remove(sockets, pick(sockets)))
    elseif what == 4 and #outside > 0 then
      table.insert(sockets, pick(sockets), table.remove(outside, pick(outside)))
    elseif what == 5 then
      local at = pick(sockets)
      filled[sockets[at]] = nil
      sockets[at]:close()
      sockets[at] = bind()
    elseif what == 6 then
      -- Many at once.
      for _ = 1, random(1, 60) do
        if #sockets > COUNT / 2 then
          table.insert(outside, table.remove(sockets))
        end
      end
    end
    local expected = {}
    for _, socket in ipairs(sockets) do
      if filled[socket] then
        expected[#expected + 1] = socket
      end
    end
    local ready = lsocket.select(sockets, 0)
    t.same(ready, #expected > 0 and expected or false)
  end
end)
