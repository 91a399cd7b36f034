-- `lsocket.select` passes sockets over that another task closes while it waits.

local lsocket = require "lsocket"
local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local NONE = "no open sockets to check and no timeout set"

--- As many sockets, with the address of the last. From 128 on the kernel goes on watching those that come
--- again.
local function sockets(count)
  local list = {}
  for index = 1, count do
    list[index] = assert(lsocket.bind("udp", "127.0.0.1", 0))
  end
  t.defer(function()
    for _, socket in ipairs(list) do socket:close() end
  end)
  for _ = 1, 3 do
    t.equal(lsocket.select(list, 0), false)
  end
  local info = list[count]:info "socket"
  return list, info.addr, info.port
end

local function send(...)
  local socket = assert(lsocket.bind("udp", "127.0.0.1", 0))
  assert(socket:sendto("x", ...))
  socket:close()
end

for _, count in ipairs { 3, 200 } do
  for _, timeout in ipairs { -1, 60 } do
    local name = ("%d sockets, time-out %d: "):format(count, timeout)

    it(name .. "waits for the others", function()
      local list, host, port = sockets(count)
      local task = moonwire.spawn(lsocket.select, list, timeout)
      tasks.settle()
      list[1]:close()
      tasks.settle()
      list[2]:close()
      tasks.settle()
      t.equal(task:status(), "waiting")
      send(host, port)
      t.same(t.pack(task:join()), t.pack(true, { list[count] }))
    end)

    it(name .. "takes no other socket for one that was closed", function()
      local list, host, port = sockets(count)
      local task = moonwire.spawn(lsocket.select, list, timeout)
      tasks.settle()
      local number = list[1]:getfd()
      list[1]:close()
      local other
      repeat
        other = assert(lsocket.bind("udp", "127.0.0.1", 0))
        t.defer(function() other:close() end)
      until other:getfd() == number
      local info = other:info "socket"
      send(info.addr, info.port)
      t.same(lsocket.select({ other }, 60), { other })
      tasks.settle()
      t.equal(task:status(), "waiting")
      send(host, port)
      t.same(t.pack(task:join()), t.pack(true, { list[count] }))
    end)
  end

  it(count .. " sockets: goes on where another task asks for numbers", function()
    local list, host, port = sockets(count)
    local task = moonwire.spawn(lsocket.select, list)
    tasks.settle()
    for index = 1, 3 do
      t.equal(list[index]:getfd() > 0, true)
    end
    tasks.settle()
    list[1]:close()
    tasks.settle()
    t.equal(task:status(), "waiting")
    send(host, port)
    t.same(t.pack(task:join()), t.pack(true, { list[count] }))
  end)

  it(count .. " sockets: fails where none is left and there is no time-out", function()
    local list = sockets(count)
    local task = moonwire.spawn(lsocket.select, list)
    tasks.settle()
    for _, socket in ipairs(list) do socket:close() end
    t.same(t.pack(task:join()), t.pack(true, nil, NONE))
  end)

  it(count .. " sockets: waits for the time-out where none is left", function()
    local list = sockets(count)
    local task = moonwire.spawn(lsocket.select, list, nil, 0.1)
    tasks.settle()
    for _, socket in ipairs(list) do socket:close() end
    local took, results = tasks.timed(task.join, task)
    t.same(results, t.pack(true, false))
    t.between(took, 0.05, tasks.at_once)
  end)
end

