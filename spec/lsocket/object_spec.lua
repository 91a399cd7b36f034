-- Sockets as Lua objects.

local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"
local objects = require "spec.support.objects"

t.it("is a string that begins with socket, and tells one from another", function()
  local first, second = net.pair(net.families.inet)
  t.matches(tostring(first), "^socket: 0x%x+$")
  t.equal(tostring(first) == tostring(second), false)
  local before = tostring(first)
  first:close()
  t.equal(tostring(first), before)
end)

t.it("has a locked metatable", function()
  objects.is_locked(net.listen(net.families.inet))
end)

t.it("is closed when it is collected", function()
  local before = t.descriptors.open()
  for _, family in ipairs(net.families) do
    for _ = 1, 5 do
      lsocket.bind(family.any())
      lsocket.connect(net.address(lsocket.bind(family.any())))
    end
  end
  objects.collect()
  t.same(t.descriptors.open(), before)
end)

t.it("is not closed a second time when it is collected", function()
  local closed = lsocket.bind("127.0.0.1", 0)
  local fd = closed:getfd()
  closed:close()
  local other = net.listen(net.families.inet)
  t.equal(other:getfd(), fd)
  closed = nil
  objects.collect()
  t.equal(other:status(), true)
end)

t.it("raises where a method is called on something else", function()
  local socket = net.listen(net.families.inet)
  objects.refuses_foreign_selves(socket, "socket", net.methods)
  t.equal(socket:status(), true)
end)

t.it("withstands a finaliser that uses it after its own", function()
  objects.raises_after_its_finaliser(net.methods, function()
    local function select(socket)
      return lsocket.select({ socket }, 0)
    end
    return lsocket.bind("127.0.0.1", 0), { select }
  end)
end)

t.it("is closed at the end of its scope where Lua has such variables", function()
  objects.closes_with_its_scope(net.listen(net.families.inet), "getfd")
end)

t.it("withstands a finaliser older than the module when Lua ends", function()
  local output = t.process.run_lua [[
    local socket, port
    local function finalise()
      print(pcall(socket.info, socket))
      print(require "lsocket".bind(port))
      print "done"
    end
    if newproxy then
      ghost = newproxy(true)
      getmetatable(ghost).__gc = finalise
    else
      ghost = setmetatable({}, { __gc = finalise })
    end
    socket = assert(require "lsocket".bind("127.0.0.1", 0))
    port = socket:info("socket").port
  ]]
  t.matches(output, "on bad self")
  t.matches(output, "done")
end)
