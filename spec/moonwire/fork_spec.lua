-- Processes that are forked in a task. The loop is the parent's; in the child, calls are made outside of tasks.

local moonwire = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"
local tasks = require "spec.moonwire.tasks"

--- `fork`, `_exit` and the exit status of a child that has ended, of whatever there is.
local function system()
  local has_ffi, ffi = pcall(require, "ffi")
  if has_ffi then
    ffi.cdef [[
      int fork(void);
      void _exit(int);
      int waitpid(int, int *, int);
    ]]
    return function() return ffi.C.fork() end, function(status) ffi.C._exit(status) end, function(id)
      local status = ffi.new("int[1]")
      assert(ffi.C.waitpid(id, status, 0) == id)
      return math.floor(status[0] / 256)
    end
  end
  local has_posix, unistd = pcall(require, "posix.unistd")
  if has_posix then
    local wait = require("posix.sys.wait").wait
    return unistd.fork, unistd._exit, function(id) return select(3, wait(id)) end
  end
end

local fork, exit, status_of = system()
if not fork then
  return t.pass_over("fork", "there is neither FFI nor lua-posix")
end

local function contents(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

--- Runs `fn` in a child, which ends with what it wrote to a file. The parent's tasks go on meanwhile.
local function in_child(fn)
  local path = t.temporary_path()
  io.stdout:flush()
  local id = fork()
  if id == 0 then
    local ok, result = pcall(fn)
    local file = io.open(path, "wb")
    file:write(tostring(ok), " ", tostring(result))
    file:close()
    exit(7)
  end
  return function()
    t.equal(status_of(id), 7)
    return contents(path)
  end
end

local ways = { plainly = tasks.ways.plainly, parked = tasks.ways["string.gsub"], wrapped = tasks.ways["coroutine.wrap"] }

for name, way in pairs(ways) do
  tasks.it("runs the parent's tasks in the parent only: " .. name, function()
    local client, server = net.pair()
    local got = {}
    local reader = moonwire.spawn(way, function()
      for data in function() return server:read() end do got[#got + 1] = data end
    end)
    tasks.settle()
    local result
    way(function()
      result = in_child(function()
        local start = moonwire.now()
        assert(moonwire.sleep(0.05))
        assert(moonwire.now() - start >= 0.05)
        return moonwire.yield() and #got
      end)
    end)
    for index = 1, 5 do
      client:write("message " .. index)
      while #got < index do moonwire.sleep(0.001) end
    end
    client:close()
    reader:join()
    t.equal(#got, 5)
    t.equal(result(), "true 0")
  end)
end

tasks.it("has sockets of its own in the child", function()
  local _, server = net.pair()
  local reader = moonwire.spawn(server.read, server)
  tasks.settle()
  local result = in_child(function()
    local listener = assert(moonwire.listen "127.0.0.1:0")
    local client = assert(moonwire.connect(listener:local_address()))
    local other = assert(listener:accept())
    assert(client:write "x\n")
    client:settimeout(0.01)
    assert(select(3, client:read()) == "timeout")
    return (other:read_until "\n")
  end)
  t.equal(result(), "true x")
  reader:cancel()
  reader:join()
end)

tasks.it("has turns of its own in the child, where a task of the parent has a stream", function()
  local client, server = net.pair()
  local reader = moonwire.spawn(server.read, server)
  tasks.settle()
  local result = in_child(function()
    server:settimeout(0.01)
    return select(3, server:read())
  end)
  t.equal(result(), "true timeout")
  client:write("x")
  tasks.results({ n = 2, true, "x" }, reader:join())
end)

tasks.it("leaves the parent's descriptors watched where the child closes its copies", function()
  local client, server = net.pair()
  local reader = moonwire.spawn(function() return server:read() end)
  tasks.settle()
  local result = in_child(function()
    server:close()
    client:close()
    return select(3, server:read())
  end)
  t.equal(result(), "true closed")
  client:write("still here")
  tasks.results({ n = 2, true, "still here" }, reader:join())
end)

tasks.it("has no loop in the child", function()
  local channel = moonwire.channel()
  local waiting = moonwire.spawn(channel.receive, channel)
  tasks.settle()
  local calls = {
    run = function() return moonwire.run(print) end,
    spawn = function() return moonwire.spawn(print) end,
    step = function() return moonwire.step(0) end,
    pollfd = function() return moonwire.pollfd() end,
  }
  for _, call in pairs(calls) do
    t.matches(in_child(call)(), "^false .*the event loop belongs to the process that this one was forked from")
  end
  -- There is no other task in the child that could send.
  t.equal(in_child(function() return select(3, channel:receive()) end)(), "true EDEADLK")
  channel:send("x")
  tasks.results({ n = 2, true, "x" }, waiting:join())
end)

t.it("ends the loop in the child where the task that has forked ends", function()
  local path = t.temporary_path()
  local id
  local others = 0
  local ok, message = pcall(moonwire.run, function()
    moonwire.spawn(function()
      for _ = 1, 3 do
        moonwire.sleep(0.001)
        others = others + 1
      end
    end)
    moonwire.yield()
    io.stdout:flush()
    id = fork()
  end)
  if id == 0 then
    local file = io.open(path, "wb")
    file:write(tostring(ok), " ", tostring(message), " ", others)
    file:close()
    exit(7)
  end
  t.equal(ok, true)
  t.equal(others, 3)
  t.equal(status_of(id), 7)
  t.matches(contents(path), "^false .*the event loop belongs to the process .* 0$")
end)
