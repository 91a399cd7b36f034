local minisock = require "minisock"
local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

--- Repeats a call that need not wait until somebody else has had a turn, which must come.
local function gives_way(call)
  local others = 0
  local other = moonwire.spawn(function()
    for _ = 1, 3 do
      others = others + 1
      moonwire.yield()
    end
  end)
  local calls = 0
  while others < 3 do
    call()
    calls = calls + 1
    t.equal(calls < 10000, true)
  end
  t.equal(other:join(), true)
end

it("a task that always finds its data gives way", function()
  local listener = assert(minisock.bind(minisock.ipv4addr("127.0.0.1", 0)))
  local client = assert(minisock.connect(minisock.getsockname(listener)))
  local server = assert(minisock.accept(listener))
  gives_way(function()
    assert(minisock.write(client, "x"))
    assert(minisock.read(server))
  end)
  -- One that asks again and again.
  gives_way(function() t.fails("read timeout", minisock.read(server, 0)) end)
  for _, fd in ipairs { listener, client, server } do
    minisock.close(fd)
  end
end)

it("a task that never waits for its semaphore or its channel gives way", function()
  local semaphore, channel = moonwire.semaphore(1), moonwire.channel(10)
  gives_way(function()
    semaphore:acquire()
    semaphore:release()
  end)
  gives_way(function()
    channel:send("x")
    channel:receive()
  end)
end)

it("a task that starts and joins others gives way", function()
  gives_way(function() moonwire.spawn(function() end):join() end)
end)

it("a task that sleeps for no time gives way", function()
  gives_way(function() moonwire.sleep(0) end)
end)

it("gives way in whatever it is, also where Lua cannot suspend it", function()
  for _, way in pairs(tasks.ways) do
    local channel = moonwire.channel(10)
    way(function()
      gives_way(function()
        channel:send("x")
        channel:receive()
      end)
      return true
    end)
  end
end)

it("a busy pair does not starve timers and sockets", function()
  local stop
  local one, other = moonwire.channel(), moonwire.channel()
  moonwire.spawn(function()
    while not stop do
      one:send(1)
      other:receive()
    end
    one:close()
  end)
  moonwire.spawn(function()
    for _ in one do
      other:send(1)
    end
  end)
  local elapsed = tasks.timed(moonwire.sleep, 0.02)
  t.between(elapsed, 0.02, tasks.at_once)
  stop = true
end)
