-- Programs that were written to block, side by side in tasks.

local L = require "llsocket"
local moonwire = require "moonwire"
local objects = require "spec.support.objects"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local keep = objects.keep

local function any(socktype)
  return assert(L.inet.getaddrinfo("127.0.0.1", "0", socktype, nil, L.AI_NUMERICHOST))[1]
end

local function listen(nonblock)
  local listener = keep(L.socket.new(any(L.SOCK_STREAM), nonblock))
  listener:bind()
  listener:listen()
  return listener, assert(listener:getsockname())
end

local function pair()
  local sockets = assert(L.socket.pair(L.SOCK_STREAM))
  return keep(sockets[1]), keep(sockets[2])
end

--- As it would be written without tasks.
local function echo(connection)
  while true do
    local data, err, again = connection:recv()
    assert(not err, err)
    assert(not again)
    if not data then
      break
    end
    assert(connection:send(data) == #data)
  end
  connection:close()
end

it("accepts and serves, each connection in a task", function()
  local listener, address = listen()
  local server = moonwire.spawn(function()
    for _ = 1, 20 do
      moonwire.spawn(echo, assert(listener:accept()))
    end
  end)
  moonwire.group(function(group)
    for index = 1, 20 do
      group:spawn(function()
        local client = assert(L.socket.new(address))
        assert(client:connect() == nil)
        for round = 1, 5 do
          local sent = index .. "." .. round
          t.equal(client:send(sent), #sent)
          t.equal(client:recv(), sent)
        end
        client:close()
      end)
    end
  end)
  t.equal(server:join(), true)
end)

it("keeps to the time-outs of its sockets", function()
  local ends = {}
  moonwire.group(function(group)
    for _, seconds in ipairs { 0.1, 0.02, 0.06, 0.04, 0.08 } do
      local socket = pair()
      socket:rcvtimeo(seconds)
      group:spawn(function()
        local elapsed, results = tasks.timed(socket.recv, socket)
        t.same(results, { n = 3, nil, nil, true })
        t.between(elapsed, seconds * 0.95, tasks.at_once)
        ends[#ends + 1] = seconds
      end)
    end
  end)
  t.same(ends, { 0.02, 0.04, 0.06, 0.08, 0.1 })
  local listener = listen()
  listener:rcvtimeo(0.02)
  local elapsed, results = tasks.timed(listener.accept, listener)
  t.same(results, { n = 3, nil, nil, true })
  t.between(elapsed, 0.019, tasks.at_once)
end)

it("does not wait in non-blocking mode", function()
  local sockets = assert(L.socket.pair(L.SOCK_STREAM, true))
  local one, other = keep(sockets[1]), keep(sockets[2])
  for _ = 1, 300 do
    tasks.results({ n = 3, nil, nil, true }, one:recv())
  end
  other:send("x")
  t.equal(one:recv(), "x")
  local listener = listen(true)
  tasks.results({ n = 3, nil, nil, true }, listener:accept())
end)

it("waits to send", function()
  local one, other = pair()
  local bytes = ("x"):rep(1000000)
  local sender = moonwire.spawn(function()
    local sent = 0
    while sent < #bytes do
      sent = sent + assert(one:send(bytes:sub(sent + 1)))
    end
    one:close()
    return sent
  end)
  local received = 0
  while true do
    local data = other:recv(65536)
    if not data then
      break
    end
    received = received + #data
  end
  tasks.results({ n = 2, true, #bytes }, sender:join())
  t.equal(received, #bytes)
end)

it("passes datagrams, messages and descriptors", function()
  local one = keep(L.socket.new(any(L.SOCK_DGRAM)))
  one:bind()
  local other = keep(L.socket.new(any(L.SOCK_DGRAM)))
  local task = moonwire.spawn(function() return one:recvfrom() end)
  tasks.settle()
  t.equal(task:status(), "waiting")
  t.equal(other:sendto("hello", assert(one:getsockname())), 5)
  local ok, data = task:join()
  t.equal(ok and data, "hello")

  local left, right = pair()
  local waiting = moonwire.spawn(function() return right:recvfd() end)
  tasks.settle()
  t.equal(waiting:status(), "waiting")
  local _, err = left:sendfd(one:fd())
  t.equal(err, nil)
  local got, fd = waiting:join()
  t.equal(got, true)
  t.equal(type(fd), "number")
  require("minisock").close(fd)
end)

it("looks names up while others run", function()
  local list = {}
  for index = 1, 10 do
    list[index] = moonwire.spawn(L.inet.getaddrinfo, "localhost", "80", L.SOCK_STREAM)
  end
  for _, task in ipairs(list) do
    local ok, addresses = task:join()
    t.equal(ok, true)
    t.equal(#addresses >= 1, true)
  end
end)

it("keeps to a deadline around it, and is called off in its own words", function()
  local listener = listen()
  local one = pair()
  for _, call in ipairs {
    function() return one:recv() end,
    function() return listener:accept() end,
  } do
    local elapsed, results = tasks.timed(moonwire.timeout, 0.02, call)
    t.between(elapsed, 0.02, tasks.at_once)
    t.same(results, { n = 3, nil, nil, true })
    local outcome
    local task = moonwire.spawn(function() outcome = t.pack(call()) end)
    tasks.settle()
    task:cancel()
    t.equal(task:join(), false)
    t.same(outcome, { n = 3, nil, "cancelled", false })
  end
end)

it("fails as ever", function()
  local listener, address = listen()
  listener:close()
  local client = keep(L.socket.new(address))
  local err = select(1, client:connect())
  t.equal(err, "Connection refused")
  t.raises("calling 'recv' on bad self", client.recv, {})
end)
