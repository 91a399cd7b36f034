local minisock = require "minisock"
local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

--- What the process has in memory, in KiB.
local function resident()
  local file = assert(io.open("/proc/self/status", "r"))
  local text = file:read("*a")
  file:close()
  return tonumber(text:match("VmRSS:%s*(%d+)"))
end

--- Lets go of all that has ended.
local function clean_up()
  for _ = 1, 3 do
    collectgarbage()
    tasks.settle()
  end
end

--- The memory does not grow by more than a little while the work is done again and again.
local function stays_flat(work)
  local function do_often()
    for _ = 1, 25 do
      work()
    end
    clean_up()
  end
  do_often()
  local before, lua_before = resident(), collectgarbage("count")
  do_often()
  t.between(resident() - before, -1e9, 12 * 1024)
  t.between(collectgarbage("count") - lua_before, -1e9, 1024)
end

it("is flat over many tasks", function()
  stays_flat(function()
    for _ = 1, 2000 do
      moonwire.spawn(function(...) return ... end, 1, 2, 3)
    end
    tasks.settle()
    for _ = 1, 200 do
      moonwire.spawn(function(...)
        moonwire.yield()
        return ...
      end, 1, 2, 3):join()
    end
  end)
end)

it("is flat over tasks that fail, are called off, or wait in C", function()
  stays_flat(function()
    local list = {}
    for index = 1, 100 do
      list[#list + 1] = moonwire.spawn(function() error("boom " .. index) end)
      list[#list + 1] = moonwire.spawn(function() error({}) end)
      list[#list + 1] = moonwire.spawn(moonwire.sleep, 60)
      list[#list + 1] = moonwire.spawn(function() ("x"):gsub("x", function() moonwire.sleep(60) end) end)
      list[#list + 1] = moonwire.spawn(moonwire.timeout, 0, moonwire.sleep, 60)
    end
    tasks.settle()
    for _, task in ipairs(list) do
      task:cancel()
    end
    for _, task in ipairs(list) do
      task:join()
    end
  end)
end)

it("is flat over channels, groups and deadlines", function()
  stays_flat(function()
    for _ = 1, 100 do
      local channel = moonwire.channel(2)
      moonwire.group(function(group)
        group:spawn(function()
          for value = 1, 10 do
            channel:send(value)
          end
          channel:close()
        end)
        for _ in channel do
          moonwire.timeout(60, moonwire.yield)
        end
      end)
    end
  end)
end)

it("is flat over values that go through one channel", function()
  local channel = moonwire.channel(100)
  stays_flat(function()
    for index = 1, 5000 do
      channel:send({ index })
      channel:receive()
    end
  end)
end)

it("is flat over connections and look-ups", function()
  local listener = assert(minisock.bind(minisock.ipv4addr("127.0.0.1", 0)))
  local address = assert(minisock.getsockname(listener))
  stays_flat(function()
    moonwire.group(function(group)
      for _ = 1, 30 do
        group:spawn(function()
          local client = assert(minisock.connect(address))
          assert(minisock.write(client, "x"))
          assert(minisock.read(client) == "x")
          minisock.close(client)
        end)
        group:spawn(function()
          local server = assert(minisock.accept(listener))
          assert(minisock.write(server, minisock.read(server)))
          minisock.close(server)
        end)
      end
      group:spawn(minisock.getaddrinfo, "localhost", 80)
    end)
  end)
  minisock.close(listener)
end)
