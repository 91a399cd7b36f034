-- `listener:stop`: whoever was connected before is served.

local moonwire = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"
local tasks = require "spec.moonwire.tasks"

local it = tasks.it_with_families

local function connect(address)
  local client = net.keep(moonwire.connect(address))
  client:settimeout(20)
  return client
end

local function serve(family, handler, options)
  local listener, address = net.listen(family)
  local server = moonwire.spawn(listener.serve, listener, handler, options)
  return address, listener, server
end

--- Answers each line, and says where an answer is the last.
local function answer(connection)
  while connection:await() do
    local line = connection:read_until("\n")
    local is_last = connection:is_ending()
    connection:write(line, is_last and " last\n" or "\n")
    if is_last then break end
  end
end

local function ask(client, line)
  assert(client:write(line, "\n"))
  return client:read_until("\n")
end

it("serves those who wait in the queue", function(family)
  local listener, address = net.listen(family)
  local clients = {}
  for index = 1, 50 do
    clients[index] = connect(address)
    clients[index]:write(index, "\n")
  end
  -- None of them has been accepted when the listener is stopped.
  local server = moonwire.spawn(listener.serve, listener, answer, { limit = 2 })
  local stopped = moonwire.spawn(function() return listener:stop() end)
  for index, client in ipairs(clients) do
    t.equal(client:read_all(), index .. " last\n")
  end
  tasks.results({ n = 2, true, true }, stopped:join())
  tasks.results({ n = 2, true, true }, server:join())
  t.equal(select(3, moonwire.connect(address)), family.name == "unix" and "ENOENT" or "ECONNREFUSED")
end)

it("lets an idle connection send one more request", function(family)
  local address, listener, server = serve(family, answer, { linger = 20 })
  local client = connect(address)
  t.equal(ask(client, "one"), "one")
  local stopped = moonwire.spawn(listener.stop, listener)
  moonwire.sleep(0.02)
  t.equal(stopped:status(), "waiting")
  t.equal(ask(client, "two"), "two last")
  t.equal(client:read_all(), "")
  tasks.results({ n = 2, true, true }, stopped:join())
  t.equal(server:join(), true)
end)

it("closes an idle connection after a while", function(family)
  local address, listener = serve(family, answer, { linger = 0.05 })
  local client = connect(address)
  t.equal(ask(client, "one"), "one")
  local elapsed, results = tasks.timed(listener.stop, listener)
  t.same(results, { n = 1, true })
  t.between(elapsed, 0.05, tasks.at_once)
  t.equal(client:read_all(), "")
end)

it("waits for the first request as long as the handler does", function(family)
  local address, listener = serve(family, answer, { linger = 0 })
  local client = connect(address)
  moonwire.sleep(0.01)
  local stopped = moonwire.spawn(listener.stop, listener)
  moonwire.sleep(0.05)
  t.equal(ask(client, "first"), "first last")
  tasks.results({ n = 2, true, true }, stopped:join())
end)

it("answers all requests that came together", function(family)
  local started, go_on = moonwire.channel(), moonwire.channel()
  local address, listener = serve(family, function(connection)
    connection:await()
    started:send(true)
    go_on:receive()
    answer(connection)
  end, { linger = 20 })
  local client = connect(address)
  client:write("one\ntwo\nthree\n")
  started:receive()
  local stopped = moonwire.spawn(listener.stop, listener)
  tasks.settle()
  go_on:send(true)
  t.equal(client:read_all(), "one\ntwo\nthree last\n")
  tasks.results({ n = 2, true, true }, stopped:join())
end)

it("waits for handlers that know nothing of it", function(family)
  local address, listener = serve(family, function(connection)
    for line in connection:lines() do connection:write(line, "\n") end
  end, { linger = 0 })
  local client = connect(address)
  t.equal(ask(client, "before"), "before")
  local stopped = moonwire.spawn(listener.stop, listener)
  moonwire.sleep(0.05)
  t.equal(ask(client, "after"), "after")
  client:close()
  tasks.results({ n = 2, true, true }, stopped:join())
end)

it("calls off what is left after its time", function(family)
  local code
  local address, listener, server = serve(family, function(connection)
    connection:write("hello\n")
    code = select(3, connection:read())
    connection:write("goodbye\n")
  end, { limit = 1 })
  local client, waiting = connect(address), connect(address)
  t.equal(client:read_until("\n"), "hello")
  local elapsed, results = tasks.timed(listener.stop, listener, 0.05)
  t.between(elapsed, 0.05, tasks.at_once)
  t.same(results, { n = 3, nil, "stop: timed out", "timeout" })
  t.equal(code, "cancelled")
  t.equal(client:read_all(), "goodbye\n")
  -- Nobody is left to serve the other.
  t.equal(waiting:read_all() == "hello\n", false)
  tasks.results({ n = 2, true, true }, server:join())
  t.equal(listener:descriptor(), -1)
end)

it("can be asked by many, and again", function(family)
  local address, listener = serve(family, answer, { linger = 20 })
  local client = connect(address)
  t.equal(ask(client, "one"), "one")
  local first = moonwire.spawn(listener.stop, listener)
  local second = moonwire.spawn(listener.stop, listener, 60)
  moonwire.sleep(0.01)
  tasks.fails("stop: timed out", "timeout", moonwire.timeout(0.01, listener.stop, listener))
  t.equal(ask(client, "two"), "two last")
  tasks.results({ n = 2, true, true }, first:join())
  tasks.results({ n = 2, true, true }, second:join())
  t.equal(listener:stop(), true)
  t.equal(listener:stop(0), true)
end)

it("can be called off, and the handlers go on", function(family)
  local address, listener, server = serve(family, answer, { linger = 20 })
  local client = connect(address)
  t.equal(ask(client, "one"), "one")
  local stopped = moonwire.spawn(function() return listener:stop(60) end)
  tasks.settle()
  stopped:cancel()
  tasks.results({ n = 2, false, "cancelled" }, stopped:join())
  t.equal(ask(client, "two"), "two last")
  t.equal(server:join(), true)
end)

it("is refused to a handler, which it would wait for", function(family)
  local told
  local address, listener
  address, listener = serve(family, function(connection)
    local ok, message = pcall(listener.stop, listener)
    told = { ok, message }
    connection:write("told\n")
  end)
  t.equal(connect(address):read_all(), "told\n")
  t.equal(told[1], false)
  t.matches(told[2], "stop waits for the handlers: call this in another task$")
  t.equal(listener:stop(), true)
end)

it("ends a loop over incoming() when it has had all", function(family)
  local listener, address = net.listen(family)
  local clients = {}
  for index = 1, 10 do
    clients[index] = connect(address)
  end
  t.equal(listener:stop(), true)
  local served = 0
  for connection in listener:incoming() do
    served = served + 1
    connection:write("served\n")
    connection:close()
  end
  t.equal(served, 10)
  for _, client in ipairs(clients) do
    t.equal(client:read_all(), "served\n")
  end
  t.equal(listener:descriptor(), -1)
  t.equal(select(3, listener:accept()), "closed")
end)

it("wakes who waits to accept", function(family)
  local listener = net.listen(family)
  local codes = {}
  local waiting = {}
  for index = 1, 3 do
    waiting[index] = moonwire.spawn(function() codes[index] = select(3, listener:accept()) end)
  end
  tasks.settle()
  t.equal(listener:stop(), true)
  for _, task in ipairs(waiting) do
    t.equal(task:join(), true)
  end
  t.same(codes, { "closed", "closed", "closed" })
end)

net.it("works without tasks", function(family)
  local listener, address = net.listen(family)
  local client = net.keep(moonwire.connect(address))
  t.equal(listener:stop(), true)
  local connection = net.keep(listener:accept())
  connection:write("served\n")
  connection:close()
  t.equal(client:read_all(), "served\n")
  t.equal(select(3, listener:accept()), "closed")
  t.equal(listener:stop(), true)
end)

net.it("await tells when there is something to read", function(family)
  local client, server = net.pair(family)
  server:settimeout(0)
  t.equal(select(3, server:await()), "timeout")
  server:settimeout(20)
  client:write("one\ntwo\n")
  t.equal(server:await(), true)
  t.equal(server:await(), true)
  t.equal(server:read_until("\n"), "one")
  t.equal(server:await(), true)
  t.equal(server:is_ending(), false)
  t.equal(server:read(100), "two\n")
  client:close()
  local _, message, code = server:await()
  t.matches(message, "^await .*: closed$")
  t.equal(code, "closed")
  server:close()
  t.equal(select(3, server:await()), "closed")
  t.equal(server:is_ending(), false)
end)
