-- Programs that were written to wait in `select`, side by side in tasks.

local lsocket = require "lsocket"
local moonwire = require "moonwire"
local objects = require "spec.support.objects"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local keep = objects.keep

local function listen()
  local listener = keep(lsocket.bind("127.0.0.1", 0))
  return listener, listener:info("socket").port
end

--- As it would be written without tasks: an echo server around `select`, which ends when all have gone.
local function echo_server(listener, count)
  local sockets, served = { listener }, 0
  while served < count do
    local readable = assert(lsocket.select(sockets, 20))
    for _, socket in ipairs(readable) do
      if socket == listener then
        local connection = assert(socket:accept())
        sockets[#sockets + 1] = connection
      else
        local data = socket:recv()
        if data then
          assert(socket:send(data) == #data)
        elseif data == nil then
          for index, other in ipairs(sockets) do
            if other == socket then
              table.remove(sockets, index)
            end
          end
          socket:close()
          served = served + 1
        end
      end
    end
  end
  return served
end

local function client(port, name, rounds)
  local socket = assert(lsocket.connect("127.0.0.1", port))
  assert(lsocket.select(nil, { socket }, 20))
  assert(socket:status())
  for round = 1, rounds do
    local sent = name .. "." .. round
    assert(socket:send(sent))
    assert(lsocket.select({ socket }, 20))
    t.equal(socket:recv(), sent)
  end
  socket:close()
  return true
end

for name, count in pairs { few = 5, many = 200 } do
  it("serves " .. name .. " sockets", function()
    local listener, port = listen()
    local server = moonwire.spawn(echo_server, listener, count)
    local clients = {}
    for index = 1, count do
      clients[index] = moonwire.spawn(client, port, "client " .. index, 3)
    end
    for _, task in ipairs(clients) do
      tasks.results({ n = 2, true, true }, task:join())
    end
    tasks.results({ n = 2, true, count }, server:join())
  end)
end

it("has several who select at once, of the same sockets and of others", function()
  for _, count in ipairs { 2, 150 } do
    local sockets = {}
    for index = 1, count do
      sockets[index] = keep(lsocket.bind("udp", "127.0.0.1", 0))
    end
    local list = {}
    for index = 1, 5 do
      list[index] = moonwire.spawn(function() return lsocket.select(sockets, 20) end)
    end
    local alone = moonwire.spawn(function() return lsocket.select({ sockets[1] }, 20) end)
    tasks.settle()
    local last = sockets[count]
    local sender = keep(lsocket.bind("udp", "127.0.0.1", 0))
    sender:sendto("x", "127.0.0.1", last:info("socket").port)
    for _, task in ipairs(list) do
      local ok, readable = task:join()
      t.equal(ok, true)
      t.equal(#readable, 1)
      t.equal(readable[1], last)
    end
    t.equal(alone:status(), "waiting")
    sender:sendto("x", "127.0.0.1", sockets[1]:info("socket").port)
    local ok, readable = alone:join()
    t.equal(ok and readable[1], sockets[1])
    t.equal(last:recv(), "x")
  end
end)

it("selects again and again what it has seen", function()
  local sockets = {}
  for index = 1, 200 do
    sockets[index] = keep(lsocket.bind("udp", "127.0.0.1", 0))
  end
  local sender = keep(lsocket.bind("udp", "127.0.0.1", 0))
  local task = moonwire.spawn(function()
    for round = 1, 50 do
      local readable = assert(lsocket.select(sockets, 20))
      t.equal(#readable, 1)
      t.equal(readable[1]:recv(), tostring(round))
      moonwire.yield()
    end
  end)
  for round = 1, 50 do
    sender:sendto(tostring(round), "127.0.0.1", sockets[round % 200 + 1]:info("socket").port)
    while sockets[round % 200 + 1] and lsocket.select({ sockets[round % 200 + 1] }, 0) do
      moonwire.yield()
    end
  end
  t.equal(task:join(), true)
end)

it("keeps to its time-outs", function()
  local ends = {}
  moonwire.group(function(group)
    for _, count in ipairs { 0, 1, 150 } do
      local sockets = {}
      for index = 1, count do
        sockets[index] = keep(lsocket.bind("udp", "127.0.0.1", 0))
      end
      for _, seconds in ipairs { 0.06, 0.02, 0.04 } do
        group:spawn(function()
          local elapsed, results
          if count == 0 then
            elapsed, results = tasks.timed(lsocket.select, seconds)
          else
            elapsed, results = tasks.timed(lsocket.select, sockets, seconds)
          end
          t.same(results, { n = 1, false })
          t.between(elapsed, seconds, tasks.at_once)
          ends[#ends + 1] = seconds
        end)
      end
    end
  end)
  t.equal(#ends, 9)
  local socket = keep(lsocket.bind("udp", "127.0.0.1", 0))
  for _ = 1, 300 do
    tasks.results({ n = 1, false }, lsocket.select({ socket }, 0))
  end
end)

it("resolves names while others run", function()
  local list = {}
  for index = 1, 10 do
    list[index] = moonwire.spawn(lsocket.resolve, "localhost")
  end
  for _, task in ipairs(list) do
    local ok, addresses = task:join()
    t.equal(ok, true)
    t.equal(#addresses >= 1, true)
  end
end)

it("keeps to a deadline around it, and is called off in its own words", function()
  for _, count in ipairs { 1, 150 } do
    local sockets = {}
    for index = 1, count do
      sockets[index] = keep(lsocket.bind("udp", "127.0.0.1", 0))
    end
    for _ = 1, 3 do
      local elapsed, results = tasks.timed(moonwire.timeout, 0.02, lsocket.select, sockets)
      t.between(elapsed, 0.02, tasks.at_once)
      t.equal(results[1] == false or results[1] == nil, true)
      local outcome
      local task = moonwire.spawn(function() outcome = t.pack(lsocket.select(sockets)) end)
      tasks.settle()
      task:cancel()
      t.equal(task:join(), false)
      t.same(outcome, { n = 2, nil, "cancelled" })
    end
  end
end)

it("fails as ever", function()
  tasks.results({ n = 2, nil, "no open sockets to check and no timeout set" }, lsocket.select({}))
  t.raises("tables can only contain sockets", lsocket.select, { 1 })
  local socket = keep(lsocket.bind("udp", "127.0.0.1", 0))
  tasks.results({ n = 1, false }, socket:recv())
end)
