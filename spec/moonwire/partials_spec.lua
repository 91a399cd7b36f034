-- What a read of `ssocket` has received when another task closes the object is its partial result.

local moonwire = require "moonwire"
local ssocket = require "ssocket"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local function pair()
  local listener, client = ssocket.tcp(), ssocket.tcp()
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen())
  local address = listener:getsockname()
  assert(client:connect(address[1], address[2]))
  local server = assert(listener:accept())
  listener:close()
  t.defer(function() client:close() server:close() end)
  return client, server
end

local reads = {
  read = function(socket) return socket:read(10) end,
  readuntil = function(socket) return socket:readuntil("rtx")() end,
  ["read with a time-out"] = function(socket)
    socket:settimeout(60)
    return socket:read(10)
  end,
}

for name, read in pairs(reads) do
  it("close leaves the partial to " .. name, function()
    local client, server = pair()
    local task = moonwire.spawn(read, client)
    assert(server:write("part"))
    tasks.settle()
    t.equal(client:close(), true)
    -- It is that read's.
    tasks.results(t.pack(nil, ssocket.ERROR_CLOSED, ""), client:read(2))
    tasks.results(t.pack(nil, ssocket.ERROR_CLOSED, ""), client:readuntil("a")())
    tasks.results(t.pack(true, nil, ssocket.ERROR_CLOSED, "part"), task:join())
    tasks.results(t.pack(nil, ssocket.ERROR_CLOSED, ""), client:read(2))
  end)
end

it("one of several reads has the partial", function()
  local client, server = pair()
  local first, second = moonwire.spawn(reads.read, client), moonwire.spawn(reads.read, client)
  assert(server:write("part"))
  tasks.settle()
  client:close()
  local partials = { select(4, first:join()), (select(4, second:join())) }
  table.sort(partials)
  t.same(partials, { "", "part" })
end)

it("an object that is connected again begins anew", function()
  local client, server = pair()
  local listener = ssocket.tcp()
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen())
  local address = listener:getsockname()
  local task = moonwire.spawn(reads.read, client)
  assert(server:write("part"))
  tasks.settle()
  client:close()
  task:join()
  assert(client:connect(address[1], address[2]))
  local again = assert(listener:accept())
  assert(again:write("0123456789"))
  t.equal(client:read(10), "0123456789")
  again:close()
  listener:close()
end)
