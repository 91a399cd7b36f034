-- Programs that were written to block, side by side in tasks.

local S = require "ssocket"
local moonwire = require "moonwire"
local objects = require "spec.support.objects"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local keep = objects.keep

local function listen()
  local listener = keep(S.tcp())
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen(64))
  return listener, listener:getsockname()[2]
end

local function pair()
  local listener, port = listen()
  local client = keep(S.tcp())
  assert(client:connect("127.0.0.1", port))
  return client, keep(assert(listener:accept()))
end

--- As it would be written without tasks: an echo server by lines.
local function echo(connection)
  for line in connection:readuntil("\n") do
    assert(connection:write("echo " .. line .. "\n"))
  end
  connection:close()
end

it("is an echo server with a task for each connection", function()
  local listener, port = listen()
  local server = moonwire.spawn(function()
    while true do
      local connection = listener:accept()
      if not connection then
        break
      end
      moonwire.spawn(echo, connection)
    end
    return "closed"
  end)
  moonwire.group(function(group)
    for index = 1, 30 do
      group:spawn(function()
        local client = S.tcp()
        assert(client:connect("127.0.0.1", port))
        local lines = client:readuntil("\n")
        for round = 1, 5 do
          assert(client:write(index .. "." .. round .. "\n"))
          t.equal(lines(), "echo " .. index .. "." .. round)
        end
        client:close()
      end)
    end
  end)
  listener:close()
  tasks.results({ n = 2, true, "closed" }, server:join())
end)

it("keeps to its time-outs, each connection to its own", function()
  local begun = 0
  moonwire.group(function(group)
    for _, seconds in ipairs { 0.1, 0.02, 0.06, 0.04, 0.08 } do
      local _, server = pair()
      server:settimeout(seconds)
      group:spawn(function()
        begun = begun + 1
        local elapsed, results = tasks.timed(server.read, server, 1)
        t.same(results, { n = 3, nil, S.ERROR_TIMEOUT, "" })
        t.between(elapsed, seconds, tasks.at_once)
        -- None waits for the end of another.
        t.equal(begun, 5)
      end)
    end
  end)
end)

it("does not wait where it is told not to", function()
  local client, server = pair()
  server:settimeout(0)
  for _ = 1, 300 do
    tasks.results({ n = 3, nil, S.ERROR_TIMEOUT, "" }, server:read(1))
  end
  client:write("abc")
  server:settimeout(5)
  t.equal(server:read(2), "ab")
  server:settimeout(0)
  t.equal(server:read(1), "c")
end)

it("gives what has come when its time is over", function()
  local client, server = pair()
  local task = moonwire.spawn(function()
    for byte in ("abc"):gmatch(".") do
      client:write(byte)
      moonwire.sleep(0.005)
    end
  end)
  server:settimeout(0.1)
  tasks.results({ n = 3, nil, S.ERROR_TIMEOUT, "abc" }, server:read(10))
  t.equal(task:join(), true)
  client:close()
  tasks.results({ n = 3, nil, S.ERROR_CLOSED, "" }, server:read(10))
end)

it("moves much in both directions", function()
  local client, server = pair()
  local bytes = ("0123456789abcdef"):rep(200000)
  moonwire.group(function(group)
    for _, both in ipairs { { client, server }, { server, client } } do
      group:spawn(function() t.equal(both[1]:write(bytes), #bytes) end)
      group:spawn(function()
        for _ = 1, 10 do
          t.equal(both[2]:read(#bytes / 10) == bytes:sub(1, #bytes / 10), true)
        end
      end)
    end
  end)
end)

it("selects", function()
  local client, server = pair()
  local task = moonwire.spawn(function() return S.select({ server }, nil) end)
  local elapsed, results = tasks.timed(S.select, { server }, nil, 0.02)
  t.between(elapsed, 0.02, tasks.at_once)
  t.same(results, { n = 3, nil, nil, S.ERROR_TIMEOUT })
  client:write("x")
  local ok, readable = task:join()
  t.equal(ok, true)
  t.equal(readable[1], server)
  t.equal(server:read(1), "x")
end)

it("passes datagrams", function()
  local one, other = keep(S.udp()), keep(S.udp())
  assert(one:bind("127.0.0.1", 0))
  local task = moonwire.spawn(function() return one:recvfrom(100) end)
  tasks.settle()
  local address = one:getsockname()
  assert(other:sendto("hello", address[1], address[2]))
  local ok, data, sender = task:join()
  t.equal(ok and data, "hello")
  t.equal(sender[2], other:getsockname()[2])
end)

it("connects by name while others run", function()
  local listener, port = listen()
  local ticks = 0
  local other = moonwire.spawn(function()
    while moonwire.yield() do
      ticks = ticks + 1
    end
  end)
  -- One look-up may be answered before the other task has had its first turn.
  for _ = 1, 20 do
    local client = S.tcp()
    t.equal(client:connect("localhost", port), true)
    client:close()
  end
  other:cancel()
  t.equal(ticks > 0, true)
end)

it("keeps to a deadline around it, and is called off in its own words", function()
  local listener = listen()
  local _, server = pair()
  local datagrams = keep(S.udp())
  assert(datagrams:bind("127.0.0.1", 0))
  local calls = {
    read = function() return server:read(1) end,
    readuntil = function() return server:readuntil("x")() end,
    accept = function() return listener:accept() end,
    recv = function() return datagrams:recv(1) end,
    select = function() return S.select({ server }, nil) end,
  }
  for name, call in pairs(calls) do
    local elapsed, results = tasks.timed(moonwire.timeout, 0.02, call)
    t.between(elapsed, 0.02, tasks.at_once)
    local message = name == "select" and 3 or 2
    t.equal(results[1], nil)
    t.equal(results[message], S.ERROR_TIMEOUT)
    local outcome
    local task = moonwire.spawn(function() outcome = t.pack(call()) end)
    tasks.settle()
    task:cancel()
    t.equal(task:join(), false)
    t.equal(outcome[1], nil)
    t.equal(outcome[message], "cancelled")
  end
  server:settimeout(0.02)
  local elapsed = tasks.timed(moonwire.timeout, 60, server.read, server, 1)
  t.between(elapsed, 0.02, tasks.at_once)
end)

it("fails as ever", function()
  local client = keep(S.tcp())
  local listener, port = listen()
  listener:close()
  local ok, message = client:connect("127.0.0.1", port)
  t.equal(ok, nil)
  t.equal(message, S.ERROR_REFUSED)
  t.raises("calling 'read' on bad self", client.read, {}, 1)
end)
