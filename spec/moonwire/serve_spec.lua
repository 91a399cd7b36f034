-- `listener:serve`: a task for each connection.

local moonwire = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"
local tasks = require "spec.moonwire.tasks"

local it = tasks.it_with_families

--- Serves with this handler. Returns the address, the listener, and the task that serves.
local function serve(family, handler, options)
  local listener, address = net.listen(family)
  local server = moonwire.spawn(listener.serve, listener, handler, options)
  return address, listener, server
end

local function connect(address)
  local client = net.keep(moonwire.connect(address))
  client:settimeout(20)
  return client
end

--- Sends a line, and returns the answer.
local function ask(client, line)
  assert(client:write(line, "\n"))
  return client:read_until("\n")
end

local function echo(connection)
  for line in connection:lines() do
    connection:write("heard ", line, "\n")
  end
end

it("serves several clients at once, until it is stopped", function(family)
  local address, listener, server = serve(family, echo)
  local clients = {}
  for index = 1, 20 do
    clients[index] = connect(address)
  end
  for round = 1, 3 do
    for index, client in ipairs(clients) do
      t.equal(ask(client, index .. " " .. round), ("heard %d %d"):format(index, round))
    end
  end
  for _, client in ipairs(clients) do
    client:close()
  end
  t.equal(listener:stop(), true)
  tasks.results({ n = 2, true, true }, server:join())
  t.equal(listener:descriptor(), -1)
end)

it("closes the connection when the handler returns", function(family)
  local kept
  local address, listener = serve(family, function(connection)
    kept = connection
    connection:write("bye\n")
  end)
  t.equal(connect(address):read_all(), "bye\n")
  t.equal(kept:descriptor(), -1)
  t.equal(listener:stop(), true)
end)

it("hands errors over with their tracebacks, and goes on", function(family)
  local told = {}
  local value = {}
  local function culprit(what)
    error(what, 0)
  end
  local address, listener, server = serve(family, function(connection)
    local word = connection:read_until("\n")
    culprit(word == "value" and value or word)
    return 1
  end, {
    on_error = function(...)
      local failure, connection, frames = ...
      told[#told + 1] = { failure = failure, frames = frames, count = select("#", ...) }
      -- The client can still be told.
      connection:write("sorry\n")
    end,
  })
  for _, word in ipairs { "boom", "value", "bang" } do
    t.equal(ask(connect(address), word), "sorry")
  end
  t.equal(listener:stop(), true)
  tasks.results({ n = 2, true, true }, server:join())
  t.equal(told[1].failure, "boom")
  t.equal(told[2].failure, value)
  t.equal(told[3].failure, "bang")
  for _, outcome in ipairs(told) do
    t.equal(outcome.count, 3)
    t.matches(outcome.frames, "^stack traceback:\n.*culprit")
  end
end)

t.it("tells of errors on standard error otherwise, and of those of on_error", function()
  local output = t.process.run_lua [[
    io.stdout:setvbuf("no")
    local moonwire = require "moonwire"
    local function culprit() error("boom") end
    local function run(options)
      moonwire.run(function()
        local listener = assert(moonwire.listen("127.0.0.1:0"))
        local server = moonwire.spawn(listener.serve, listener, function() culprit() return 1 end, options)
        local client = assert(moonwire.connect(listener:local_address()))
        assert(client:read_all() == "")
        assert(listener:stop())
        print(server:join())
      end)
    end
    run()
    run { on_error = function() error("worse", 0) end }
    run { on_error = function() error({}) end }
  ]]
  local head = "moonwire: the handler of 127%.0%.0%.1:%d+ has failed: "
  t.matches(output, "^" .. head .. "[^\n]*: boom\nstack traceback:\n[^\n]*error[^\n]*\n[^\n]*culprit.*true\ttrue\n")
  t.matches(output, head .. "worse\nstack traceback:\n.*true\ttrue\n")
  t.matches(output, head .. "the error is not a string\nstack traceback:\n.*true\ttrue\n$")
end)

it("serves so many at once and no more", function(family)
  local now, most, all = 0, 0, 0
  local address, listener, server = serve(family, function(connection)
    now, all = now + 1, all + 1
    most = math.max(most, now)
    connection:read_until("\n")
    now = now - 1
    connection:write("done\n")
    -- An error makes room as well.
    if all % 2 == 0 then error("even") end
  end, { limit = 3, on_error = function() end })
  local clients = {}
  for index = 1, 10 do
    clients[index] = connect(address)
  end
  moonwire.sleep(0.02)
  t.equal(now, 3)
  for _, client in ipairs(clients) do
    t.equal(ask(client, "go on"), "done")
  end
  t.equal(listener:stop(), true)
  tasks.results({ n = 2, true, true }, server:join())
  t.equal(all, 10)
  t.equal(most, 3)
end)

it("ends when the listener is closed, and has served those who were accepted", function(family)
  local address, listener, server = serve(family, echo)
  local client = connect(address)
  t.equal(ask(client, "one"), "heard one")
  listener:close()
  moonwire.sleep(0.01)
  t.equal(server:status(), "waiting")
  t.equal(ask(client, "two"), "heard two")
  client:close()
  tasks.results({ n = 2, true, true }, server:join())
end)

it("calls the handlers off when its task is called off", function(family)
  local code
  local address, listener, server = serve(family, function(connection)
    connection:write("hello\n")
    code = select(3, connection:read())
    t.equal(moonwire.sleep(0.01), true)
    connection:write("goodbye\n")
  end)
  local client = connect(address)
  t.equal(client:read_until("\n"), "hello")
  server:cancel()
  t.equal(client:read_all(), "goodbye\n")
  tasks.results({ n = 2, false, "cancelled" }, server:join())
  t.equal(code, "cancelled")
  -- The listener is still there for another.
  t.equal(listener:descriptor() >= 0, true)
  server = moonwire.spawn(listener.serve, listener, function(connection) connection:write("again\n") end)
  t.equal(connect(address):read_all(), "again\n")
  listener:stop()
  t.equal(server:join(), true)
end)

it("ends by a deadline, with its handlers", function(family)
  local listener, address = net.listen(family)
  local client = connect(address)
  local code
  tasks.fails("serve: timed out", "timeout", moonwire.timeout(0.02, listener.serve, listener, function(connection)
    code = select(3, connection:read())
  end))
  t.equal(code == "timeout" or code == "cancelled", true)
  t.equal(client:read_all(), "")
end)

it("does not mind the listener's time-out", function(family)
  local address, listener = serve(family, echo)
  listener:settimeout(0)
  moonwire.sleep(0.01)
  local client = connect(address)
  t.equal(ask(client, "still there"), "heard still there")
  client:close()
  t.equal(listener:stop(), true)
end)

t.it("goes on when there is no descriptor left for a while", function()
  t.equal(t.process.start_lua([[
    local moonwire = require "moonwire"
    moonwire.run(function()
      local listener = assert(moonwire.listen("127.0.0.1:0"))
      moonwire.spawn(listener.serve, listener, function(connection) connection:write("served\n") end)
      local client = assert(moonwire.connect(listener:local_address()))
      local hogs = {}
      while true do
        local hog = io.open("/dev/null")
        if not hog then break end
        hogs[#hogs + 1] = hog
      end
      local late = moonwire.connect(listener:local_address())
      assert(not late)
      moonwire.sleep(0.02)
      for _, hog in ipairs(hogs) do hog:close() end
      for _ = 1, 3 do
        assert(client:read_all() == "served\n")
        client = assert(moonwire.connect(listener:local_address()))
      end
      client:close()
      assert(listener:stop(5))
      print("over")
    end)
  ]], { descriptors = 30 }):finish(), "over\n")
end)

t.it("needs a task, an open listener, and one server at a time", function()
  local listener, address = net.listen()
  t.raises("serve needs a task: call this inside of run$", listener.serve, listener, echo)
  moonwire.run(function()
    local server = moonwire.spawn(listener.serve, listener, echo)
    tasks.settle()
    t.raises("the listener is being served already$", listener.serve, listener, echo)
    connect(address):close()
    listener:stop()
    t.equal(server:join(), true)
    tasks.fails("serve: closed", "closed", listener:serve(echo))
  end)
end)

t.it("refuses wrong options", function()
  local listener = net.listen()
  local function refuses(problem, options)
    t.bad_argument(2, "serve", problem, listener.serve, listener, echo, options)
  end
  refuses("table expected, got string", "x")
  refuses("unknown option 'limits'", { limits = 1 })
  refuses("names of options are strings", { 1 })
  for _, value in ipairs { 0, -1, 0.5, 0 / 0, "x", true } do
    refuses("option 'limit' must be a positive integer", { limit = value })
  end
  for _, value in ipairs { -1, 0 / 0, math.huge, "x", true } do
    refuses("option 'linger' must be a number of seconds", { linger = value })
  end
  refuses("option 'on_error' must be a function", { on_error = 1 })
end)
