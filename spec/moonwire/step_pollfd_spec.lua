local minisock = require "minisock"
local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"

-- It stays open as well.
local pollfd = moonwire.pollfd()

--- Whether the loop's descriptor is readable within a time, in seconds.
local function is_readable(seconds)
  local entry = minisock.pollfd(pollfd, minisock.POLLIN)
  local _, count = minisock.poll(entry, seconds * 1000)
  return count > 0
end

t.it("is readable when a task can go on, and only then", function()
  t.equal(moonwire.pollfd(), pollfd)
  t.equal(is_readable(0), false)
  local slept
  moonwire.spawn(function()
    moonwire.sleep(0.02)
    slept = true
  end)
  t.equal(is_readable(0), true)
  t.equal(moonwire.step(0), true)
  t.equal(is_readable(10), true)
  local start = moonwire.now()
  while not slept do
    t.equal(is_readable(10), true)
    moonwire.step(0)
  end
  t.between(moonwire.now() - start, 0, tasks.at_once)
  t.equal(moonwire.step(0), false)
  t.equal(is_readable(0), false)
end)

t.it("tells of sockets", function()
  local listener = assert(minisock.bind(minisock.ipv4addr("127.0.0.1", 0)))
  local client = assert(minisock.connect(minisock.getsockname(listener)))
  local server = assert(minisock.accept(listener))
  t.defer(function()
    for _, fd in ipairs { listener, client, server } do
      minisock.close(fd)
    end
  end)
  local got
  moonwire.spawn(function() got = minisock.read(server, 100) end)
  while is_readable(0) do
    moonwire.step(0)
  end
  t.equal(got, nil)
  minisock.write(client, "hello")
  t.equal(is_readable(10), true)
  repeat
    local left = moonwire.step(0)
  until not left
  t.equal(got, "hello")
  t.equal(is_readable(0), false)
end)

t.it("tells of work that comes from outside of the tasks", function()
  local channel = moonwire.channel(1)
  local got
  local task = moonwire.spawn(function() got = channel:receive() end)
  moonwire.step(0)
  while is_readable(0) do
    moonwire.step(0)
  end
  channel:send("x")
  t.equal(is_readable(10), true)
  moonwire.step(0)
  t.equal(got, "x")
  local sleeper = moonwire.spawn(moonwire.sleep, 60)
  while is_readable(0) do
    moonwire.step(0)
  end
  sleeper:cancel()
  t.equal(is_readable(10), true)
  t.equal(moonwire.step(0), false)
  t.equal(task:join() and sleeper:status(), "cancelled")
end)

t.it("tells of names", function()
  local results
  moonwire.spawn(function() results = minisock.getaddrinfo("localhost", 80) end)
  local start = moonwire.now()
  while moonwire.step(0) do
    is_readable(5)
    t.equal(moonwire.now() - start < 20, true)
  end
  t.equal(type(results), "table")
end)

t.it("steps wait as long as they are told to", function()
  local task = moonwire.spawn(moonwire.sleep, 60)
  moonwire.step(0)
  local elapsed, results = tasks.timed(moonwire.step, 0.05)
  t.between(elapsed, 0.05, tasks.at_once)
  t.same(results, { n = 1, true })
  elapsed = tasks.timed(moonwire.step)
  t.between(elapsed, 0, tasks.at_once)
  task:cancel()
  t.equal(moonwire.step(60), false)
  elapsed, results = tasks.timed(moonwire.step, 60)
  t.between(elapsed, 0, tasks.at_once)
  t.same(results, { n = 1, false })
end)

t.it("steps and run go together", function()
  local task = moonwire.spawn(function()
    moonwire.sleep(0.01)
    return "x"
  end)
  moonwire.step(0)
  t.equal(moonwire.run(function() return select(2, task:join()) end), "x")
end)

t.it("run tells of a deadlock all the same: nobody else can send word while it waits", function()
  local channel = moonwire.channel()
  t.equal(moonwire.run(function() return select(3, channel:receive()) end), "EDEADLK")
end)

t.it("refuses what is no number", function()
  t.bad_argument(1, "step", "number expected, got table", moonwire.step, {})
  t.bad_argument(1, "step", "time-out is not a number", moonwire.step, 0 / 0)
end)
