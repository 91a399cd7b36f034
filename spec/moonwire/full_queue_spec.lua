-- Connections to a unix listener whose queue is full wait for room, in every module that waits at all.

local llsocket = require "llsocket"
local lsocket = require "lsocket"
local minisock = require "minisock"
local moonwire = require "moonwire"
local ssocket = require "ssocket"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local CLIENTS = 8

--- Each connects to an abstract name, and returns what is closed later, or nil and a message.
local connect = {}

function connect.moonwire(name)
  return moonwire.connect("unix:" .. name)
end

function connect.moonwire_with_timeout(name)
  return moonwire.connect("unix:" .. name, { timeout = 60 })
end

function connect.minisock(name)
  local fd, message = minisock.connect(minisock.unixaddr(name))
  return fd and { close = function() minisock.close(fd) end }, message
end

function connect.ssocket(name)
  local socket = ssocket.tcp()
  socket:settimeout(60)
  local ok, message = socket:connect("unix:" .. name)
  return ok and socket, message
end

function connect.llsocket(name)
  local socket = assert(llsocket.socket.new(llsocket.unix.getaddrinfo(name)))
  local message = socket:connect()
  return not message and socket, message
end

for module, connect in pairs(connect) do
  it(module .. " waits until there is room", function()
    local name = "@" .. t.unique_name()
    local listener = assert(moonwire.listen("unix:" .. name, { backlog = 1 }))
    local clients = {}
    for index = 1, CLIENTS do
      clients[index] = moonwire.spawn(connect, name)
    end
    tasks.settle()
    local waiting = 0
    for _, client in ipairs(clients) do
      waiting = waiting + (client:status() == "waiting" and 1 or 0)
    end
    t.between(waiting, CLIENTS - 2, CLIENTS)
    local accepted = {}
    for index = 1, CLIENTS do
      accepted[index] = assert(listener:accept())
    end
    for index, client in ipairs(clients) do
      local ok, socket, message = client:join()
      assert(ok and socket, message)
      socket:close()
      accepted[index]:close()
    end
    listener:close()
  end)
end

it("the wait ends with the time", function()
  local name = "@" .. t.unique_name()
  local listener = assert(moonwire.listen("unix:" .. name, { backlog = 1 }))
  local clients = {}
  repeat
    local client = moonwire.timeout(0.05, moonwire.connect, "unix:" .. name)
    clients[#clients + 1] = client
  until not client
  local socket = ssocket.tcp()
  socket:settimeout(0.05)
  t.fails(ssocket.ERROR_TIMEOUT, socket:connect("unix:" .. name))
  for _, client in ipairs(clients) do client:close() end
  listener:close()
end)

-- Its `connect` never waits, and a unix socket that has found no room is not on its way to a connection.
t.it("lsocket fails, in a task and outside", function()
  local function try()
    local name = "@" .. t.unique_name()
    local listener = assert(lsocket.bind(name, nil, 1))
    local sockets, socket, message = {}, nil, nil
    repeat
      socket, message = lsocket.connect(name)
      sockets[#sockets + 1] = socket
    until not socket
    t.equal(message, "Resource temporarily unavailable")
    for _, one in ipairs(sockets) do one:close() end
    listener:close()
  end
  try()
  moonwire.run(try)
end)
