-- A server on select, and clients that connect, send and vanish at random; some are killed.
--
-- `soak_spec.lua` runs it for a short time. For a long one, from the root of the project:
--
--   MOONWIRE_SPEC_COMMAND=moonwire moonwire -e 'require("spec.lsocket.soak")(10000, 60)'

local lsocket = require "lsocket"
local t = require "spec.support"

local CLIENT_PROCESSES = 4

-- What one client process does until it is killed, or too long has passed.
local CLIENT = [[
  local port, connections, seconds, seed = %d, %d, %d, %d
  local lsocket = require "lsocket"
  math.randomseed(seed)
  local message = ("x"):rep(3000)
  local sockets, stop = {}, os.time() + seconds + 30
  local function connect()
    -- Many addresses, so that the ports of one do not run out.
    return lsocket.connect("127.0.0." .. math.random(1, 250), port)
  end
  while os.time() < stop do
    for _ = 1, math.min(100, connections - #sockets) do
      sockets[#sockets + 1] = connect()
    end
    for _ = 1, 100 do
      local index = math.random(#sockets)
      local socket, action = sockets[index], math.random(40)
      if action <= 20 then
        socket:send(message:sub(1, math.random(3000)))
      elseif action <= 38 then
        socket:recv()
      else
        sockets[index] = sockets[#sockets]
        sockets[#sockets] = nil
        -- Collected, one day, where it is not closed.
        if action == 39 then
          socket:close()
        end
      end
    end
    lsocket.select(0.002)
  end
]]

local function start_client(port, connections, seconds)
  return t.process.start_lua(CLIENT:format(port, connections, seconds, math.random(2 ^ 30)))
end

--- The connections of a server: a list for select, from which one goes without the others moving up.
local Connections = {}
Connections.__index = Connections

function Connections:add(socket)
  self.list[#self.list + 1] = socket
  self.places[socket] = #self.list
  self.most = math.max(self.most, #self.list - 1)
end

function Connections:remove(socket)
  local place, last = self.places[socket], self.list[#self.list]
  self.list[place], self.places[last] = last, place
  self.list[#self.list] = nil
  self.places[socket] = nil
  t.equal(socket:close(), true)
end

local function serve(listener, connections, counts, timeout)
  local ready, message = lsocket.select(connections.list, timeout)
  if ready == nil then
    error(message)
  end
  for _, socket in ipairs(ready or {}) do
    if socket == listener then
      for _ = 1, 200 do
        local connection, failure = listener:accept()
        if not connection then
          t.equal(failure, nil)
          break
        end
        counts.accepted = counts.accepted + 1
        connections:add(connection)
      end
    else
      local data, failure = socket:recv()
      if data then
        counts.bytes = counts.bytes + #data
        -- What a client does not take is not kept for it.
        socket:send(data)
      elseif data == nil then
        counts[failure or "end"] = (counts[failure or "end"] or 0) + 1
        connections:remove(socket)
      end
    end
  end
end

--- Serves `count` connections for so many seconds.
return function(count, seconds)
  local counts, most = { accepted = 0, bytes = 0, killed = 0, selects = 0 }, nil
  t.it("serves clients that vanish, and leaves no descriptor behind", function()
    local listener = assert(lsocket.bind("tcp", "0.0.0.0", 0, 4096))
    local port = listener:info("socket").port
    local connections = setmetatable({ list = { listener }, places = {}, most = 0 }, Connections)
    local clients = {}
    local function start(index)
      clients[index] = start_client(port, math.ceil(count / CLIENT_PROCESSES), seconds)
    end
    for index = 1, CLIENT_PROCESSES do
      start(index)
    end
    local started = t.now()
    local kill_at = started + seconds / 4
    while t.now() < started + seconds do
      serve(listener, connections, counts, 0.1)
      counts.selects = counts.selects + 1
      if t.now() > kill_at then
        kill_at = kill_at + seconds / 4
        local index = math.random(CLIENT_PROCESSES)
        clients[index]:signal("KILL")
        clients[index]:finish()
        counts.killed = counts.killed + 1
        start(index)
      end
    end
    for _, client in ipairs(clients) do
      client:signal("KILL")
    end
    -- Every connection ends by itself now that the clients have gone.
    local drained_by = t.now() + 30
    while #connections.list > 1 and t.now() < drained_by do
      serve(listener, connections, counts, 0.5)
    end
    serve(listener, connections, counts, 0)
    t.equal(#connections.list, 1)
    listener:close()
    most = connections.most
  end)
  counts.most = most
  local words = {}
  for name, value in pairs(counts) do
    words[#words + 1] = name .. " " .. value
  end
  table.sort(words)
  print(table.concat(words, ", "))
  return counts
end
