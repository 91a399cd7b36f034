-- Closing a socket ends the waits of those who wait for it, in the wording of its module; and a number that
-- is given out again is another's.

local llsocket = require "llsocket"
local lsocket = require "lsocket"
local minisock = require "minisock"
local moonwire = require "moonwire"
local ssocket = require "ssocket"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local BAD = "Bad file descriptor"

--- What a module has: a connected pair; the calls that wait on its first end; how it is closed; and what
--- they give then.
local modules = {}

function modules.moonwire()
  local listener = assert(moonwire.listen("127.0.0.1:0"))
  local client = assert(moonwire.connect(listener:local_address()))
  local server = assert(listener:accept())
  local peer = client:peer()
  return {
    first = client,
    second = server,
    listener = listener,
    close = function(socket) socket:close() end,
    number = function(socket) return socket:descriptor() end,
    write = function(socket, data) return socket:write(data) end,
    read = function(socket) return socket:read(1) end,
    waits = {
      read = { function(socket) return socket:read(1) end, t.pack(nil, "read " .. peer .. ": closed", "closed") },
      read_all = { function(socket) return socket:read_all() end },
    },
    accept = function() return listener:accept() end,
  }
end

function modules.minisock()
  local listener = assert(minisock.bind(minisock.ipv4addr("127.0.0.1", 0)))
  local client = assert(minisock.connect(minisock.getsockname(listener)))
  local server = assert(minisock.accept(listener))
  return {
    first = client,
    second = server,
    listener = listener,
    close = minisock.close,
    number = function(fd) return fd end,
    write = minisock.write,
    read = function(fd) return minisock.read(fd) end,
    waits = {
      read = { function(fd) return minisock.read(fd) end },
      ["read with a time-out"] = {
        function(fd) return minisock.read(fd, 60000) end,
      },
    },
    accept = function() return minisock.accept(listener) end,
  }
end

function modules.ssocket()
  local listener = ssocket.tcp()
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen(8))
  local client = ssocket.tcp()
  assert(client:connect("127.0.0.1", listener:getsockname()[2]))
  local server = assert(listener:accept())
  return {
    first = client,
    second = server,
    listener = listener,
    close = function(socket) socket:close() end,
    number = function(socket) return socket:fileno() end,
    write = function(socket, data) return socket:write(data) end,
    read = function(socket) return socket:read(1) end,
    waits = {
      read = { function(socket) return socket:read(1) end },
    },
    accept = function() return listener:accept() end,
  }
end

function modules.llsocket()
  local ai = assert(llsocket.inet.getaddrinfo("127.0.0.1", "0", llsocket.SOCK_STREAM, nil,
    llsocket.AI_NUMERICHOST))[1]
  local listener = assert(llsocket.socket.new(ai))
  assert(listener:bind() == nil)
  assert(listener:listen() == nil)
  local client = assert(llsocket.socket.new(assert(listener:getsockname())))
  assert(client:connect() == nil)
  local server = assert(listener:accept())
  return {
    first = client,
    second = server,
    listener = listener,
    close = function(socket) socket:close() end,
    number = function(socket) return socket:fd() end,
    write = function(socket, data) return socket:send(data) end,
    read = function(socket) return socket:recv(1) end,
    waits = {
      recv = { function(socket) return socket:recv(1) end, t.pack(nil, BAD, false) },
    },
    accept = function() return listener:accept() end,
  }
end

for name, make in pairs(modules) do
  it("wakes who waits on a socket of " .. name, function()
    local names = make()
    for _, socket in ipairs { names.first, names.second, names.listener } do
      names.close(socket)
    end
    for wait in pairs(names.waits) do
      local set = make()
      local outcomes = {}
      local waiting = {}
      for index = 1, 3 do
        waiting[index] = moonwire.spawn(function() outcomes[index] = t.pack(set.waits[wait][1](set.first)) end)
      end
      tasks.settle()
      t.equal(waiting[3]:status(), "waiting")
      set.close(set.first)
      for index, task in ipairs(waiting) do
        local ok, message = task:join()
        t.equal(message, nil)
        t.equal(ok, true)
        t.equal(outcomes[index][1], nil)
        t.same(outcomes[index], set.waits[wait][2] or outcomes[1])
      end
      set.close(set.second)
      set.close(set.listener)
    end
    collectgarbage()
  end)

  it("wakes who waits for a connection: " .. name, function()
    local set = make()
    local outcome
    local task = moonwire.spawn(function() outcome = t.pack(set.accept()) end)
    tasks.settle()
    t.equal(task:status(), "waiting")
    set.close(set.listener)
    t.equal(task:join(), true)
    t.equal(outcome[1], nil)
    t.equal(type(outcome[2]), "string")
    set.close(set.first)
    set.close(set.second)
  end)

  it("never wakes the old waiter for what has the number now: " .. name, function()
    local set = make()
    local number = set.number(set.first)
    local outcome
    local task = moonwire.spawn(function() outcome = t.pack(set.read(set.first)) end)
    tasks.settle()
    set.close(set.first)
    local new = make()
    -- The lowest number that is free is given out first.
    t.equal(new.number(new.listener), number)
    local fresh = moonwire.spawn(function() return set.read(new.first) end)
    set.write(new.second, "n")
    tasks.results({ n = 2, true, "n" }, fresh:join())
    t.equal(task:join(), true)
    t.equal(outcome[1], nil)
    for _, socket in ipairs { set.second, set.listener, new.first, new.second, new.listener } do
      set.close(socket)
    end
  end)

  it("does not let one who has been woken read what another has sent: " .. name, function()
    local set, trigger = make(), make()
    local number = set.number(set.first)
    local new, outcome
    -- Both are woken in the same turn, and this one has its turn first.
    local closer = moonwire.spawn(function()
      set.read(trigger.first)
      set.close(set.first)
      new = { set.listener, set.second }
      set.close(set.listener)
      set.close(set.second)
      new = make()
      for _, socket in ipairs { "first", "second", "listener" } do
        if new.number(new[socket]) == number then
          new.old = socket
        end
      end
      local other = new.old == "first" and new.second or new.first
      if new.old ~= "listener" then
        set.write(other, "n")
      end
    end)
    local task = moonwire.spawn(function() outcome = t.pack(set.read(set.first)) end)
    tasks.settle()
    set.write(trigger.second, "x")
    set.write(set.second, "x")
    t.equal(closer:join(), true)
    t.equal(task:join(), true)
    t.equal(outcome[1] == nil or outcome[1] == "x", true)
    if outcome[1] == nil then
      t.equal(type(outcome[2]), "string")
    end
    for _, socket in ipairs { new.first, new.second, new.listener, trigger.first, trigger.second, trigger.listener } do
      set.close(socket)
    end
  end)
end

it("gives a number to one reader when a duplicate goes on", function()
  local set = modules.llsocket()
  local duplicate = assert(set.first:dup())
  local outcome
  local task = moonwire.spawn(function() outcome = t.pack(set.first:recv(1)) end)
  local other = moonwire.spawn(function() return duplicate:recv(1) end)
  tasks.settle()
  set.first:close()
  t.equal(task:join(), true)
  t.same(outcome, t.pack(nil, BAD, false))
  local new = modules.llsocket()
  local fresh = moonwire.spawn(function() return new.first:recv(1) end)
  local listening = moonwire.spawn(function() return new.listener:accept() end)
  tasks.settle()
  set.second:send("o")
  t.equal(select(2, other:join()), "o")
  tasks.settle()
  t.equal(fresh:status(), "waiting")
  t.equal(listening:status(), "waiting")
  new.second:send("n")
  t.equal(select(2, fresh:join()), "n")
  new.listener:close()
  t.equal(listening:join(), true)
  for _, socket in ipairs { set.second, set.listener, duplicate, new.first, new.second } do
    socket:close()
  end
end)

it("leaves another socket alone where a call of lsocket has given way before it was made", function()
  local calls = {
    recv = function(socket) return socket:recv() end,
    recvfrom = function(socket) return socket:recvfrom() end,
  }
  for _, call in pairs(calls) do
    local socket = assert(lsocket.bind("udp", "127.0.0.1", 0))
    local number = socket:getfd()
    -- Each time that it finds nothing it goes on at once, and gives way now and then.
    local task = moonwire.spawn(function()
      local result, message
      repeat result, message = call(socket) until result ~= false
      return result, message
    end)
    moonwire.yield()
    socket:close()
    local others = {}
    repeat
      others[#others + 1] = assert(lsocket.bind("udp", "127.0.0.1", 0))
    until others[#others]:getfd() == number
    local other = others[#others]
    local info = other:info "socket"
    assert(other:sendto("x", info.addr, info.port))
    t.same(t.pack(task:join()), t.pack(true, nil, BAD))
    t.equal(other:recv(), "x")
    for _, one in ipairs(others) do
      one:close()
    end
  end
end)

it("wakes minisock's poll", function()
  local listener = assert(minisock.bind(minisock.ipv4addr("127.0.0.1", 0)))
  local task = moonwire.spawn(function()
    return minisock.poll(minisock.pollfd(listener, minisock.POLLIN), 60000)
  end)
  tasks.settle()
  minisock.close(listener)
  local elapsed = tasks.timed(task.join, task)
  t.between(elapsed, 0, tasks.at_once)
end)

it("does not hang when a socket is collected that somebody could have waited for", function()
  local set = modules.ssocket()
  local task = moonwire.spawn(function() return set.read(set.second) end)
  tasks.settle()
  set.first = nil
  collectgarbage()
  collectgarbage()
  local ok, data, message = task:join()
  t.equal(ok, true)
  t.equal(data, nil)
  t.equal(message ~= nil, true)
  set.second:close()
  set.listener:close()
end)
