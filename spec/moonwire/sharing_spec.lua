-- Tasks that share one stream: writes do not interleave, and readers take turns.

local moonwire = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"
local tasks = require "spec.moonwire.tasks"

local LIMIT = 64 * 1024 * 1024
local FAMILIES = { net.families.ipv4, net.families.unix }

--- More than the buffers of a connection take, of one letter, and a line end.
local function large(letter)
  return letter:rep(8 * 1024 * 1024) .. "\n"
end

--- A client in the middle of a write, with room for more: nobody has told its task yet.
local function in_the_middle(family, ...)
  local client, server = net.pair(family)
  local writer = moonwire.spawn(client.write, client, ...)
  tasks.settle()
  t.equal(writer:status(), "waiting")
  local read = 0
  while read < 1024 * 1024 do
    read = read + #server:read(1024 * 1024)
  end
  return client, server, writer, read
end

for _, family in ipairs(FAMILIES) do
  local function case(name, fn)
    tasks.it(name .. " (" .. family.name .. ")", function() fn(family) end)
  end

  case("a write comes whole before the next", function()
    local first = large "a"
    local client, server, _, read = in_the_middle(family, first)
    local path = t.temporary_path()
    local file = assert(io.open(path, "w"))
    file:write("file\n")
    file:close()
    moonwire.spawn(client.write, client, "b\n")
    moonwire.spawn(client.write, client, { "c", "c", "\n" })
    moonwire.spawn(client.sendfile, client, path)
    moonwire.spawn(client.write, client, "d\n")
    moonwire.yield()
    t.equal(server:read_until("\n", LIMIT) == first:sub(read + 1, -2), true)
    t.equal(server:read_until("\n"), "b")
    t.equal(server:read_until("\n"), "cc")
    t.equal(server:read_until("\n"), "file")
    t.equal(server:read_until("\n"), "d")
  end)

  case("large writes come in the order of their calls", function()
    local client, server = net.pair(family)
    for letter in ("abcd"):gmatch(".") do
      moonwire.spawn(client.write, client, large(letter))
    end
    for letter in ("abcd"):gmatch(".") do
      t.equal(server:read_until("\n", LIMIT) .. "\n" == large(letter), true)
    end
  end)

  case("a write that ends before its turn has sent nothing, and lets the next go on", function()
    local client, server, _, read = in_the_middle(family, large "a")
    local cancelled = moonwire.spawn(client.write, client, "cancelled\n")
    local late = moonwire.spawn(moonwire.timeout, 0.01, client.write, client, "late\n")
    local last = moonwire.spawn(client.write, client, "last\n")
    moonwire.yield()
    cancelled:cancel()
    local message = "write " .. tostring(client):match("%((.*)%)") .. ": "
    -- Cancelled is what happened to the call: the task has ended in its own way.
    t.equal(cancelled:join(), false)
    tasks.results({ n = 5, true, nil, message .. "timed out", "timeout", 0 }, late:join())
    t.equal(#server:read_until("\n", LIMIT), 8 * 1024 * 1024 - read)
    t.equal(server:read_until("\n"), "last")
    t.equal(last:join(), true)
  end)

  case("a write that fails in the middle lets the next go on", function()
    local client, server, writer = in_the_middle(family, large "a")
    local last = moonwire.spawn(client.write, client, "last\n")
    moonwire.yield()
    writer:cancel()
    t.matches(server:read_until("\n", LIMIT), "^a+last$")
    t.equal(last:join(), true)
  end)

  case("a write does not wait for its turn where it may not wait", function()
    local client, server = in_the_middle(family, large "a")
    client:settimeout(0)
    local message = "write " .. tostring(client):match("%((.*)%)") .. ": timed out"
    tasks.results({ n = 4, nil, message, "timeout", 0 }, client:write("b\n"))
    client:close()
    server:close()
  end)

  case("closing wakes all of them", function()
    local client, server = in_the_middle(family, large "a")
    local others = {}
    for index = 1, 3 do
      others[index] = moonwire.spawn(client.write, client, "b\n")
      others[index + 3] = moonwire.spawn(server.read_exactly, server, 100 * 1024 * 1024)
    end
    moonwire.yield()
    client:close()
    server:close()
    for _, task in ipairs(others) do
      t.equal(select(4, task:join()), "closed")
    end
  end)

  case("readers take turns", function()
    local client, server = net.pair(family)
    local heard = {}
    local readers = {}
    for index = 1, 3 do
      readers[index] = moonwire.spawn(function()
        for line in server:lines() do
          heard[#heard + 1] = index .. " " .. line
        end
      end)
    end
    tasks.settle()
    for index = 1, 6 do
      -- A part of a line wakes none but the reader whose turn it is.
      client:write("li")
      tasks.settle()
      client:write("ne ", index, "\n")
      while #heard < index do moonwire.yield() end
    end
    client:close()
    for _, reader in ipairs(readers) do t.equal(reader:join(), true) end
    t.same(heard, { "1 line 1", "2 line 2", "3 line 3", "1 line 4", "2 line 5", "3 line 6" })
  end)

  case("a reader that gives up leaves what has come to the next", function()
    local client, server = net.pair(family)
    local first = moonwire.spawn(server.read_exactly, server, 4)
    local second = moonwire.spawn(server.read_exactly, server, 4)
    tasks.settle()
    client:write("ab")
    tasks.settle()
    t.equal(second:status(), "waiting")
    first:cancel()
    client:write("cd")
    tasks.results({ n = 2, true, "abcd" }, second:join())
  end)

  case("reading and writing do not wait for each other", function()
    local client, server = net.pair(family)
    local reader = moonwire.spawn(client.read_until, client, "\n")
    tasks.settle()
    client:write("question\n")
    t.equal(server:read_until("\n"), "question")
    server:write("answer\n")
    tasks.results({ n = 2, true, "answer" }, reader:join())
  end)
end

t.it("outside of run there is no turn to wait for", function()
  local client, server = net.pair(net.families.unix)
  local writer = moonwire.spawn(client.write, client, large "a")
  while writer:status() ~= "waiting" do moonwire.step(0) end
  local message = "write " .. tostring(client):match("%((.*)%)") .. ": outside of run nothing can end the wait"
  tasks.results({ n = 4, nil, message, "EDEADLK", 0 }, client:write("b\n"))
  client:close()
  server:close()
  moonwire.run(function() end)
  t.equal(writer:status(), "done")
end)
