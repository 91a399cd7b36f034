-- Sockets as Lua objects.

local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

t.it("is a string that begins with socket, and tells one from another", function()
  local first, second = net.pair(net.families.inet)
  t.matches(tostring(first), "^socket: 0x%x+$")
  t.equal(tostring(first) == tostring(second), false)
  local before = tostring(first)
  first:close()
  t.equal(tostring(first), before)
end)

t.it("has a locked metatable", function()
  local socket = net.listen(net.families.inet)
  t.equal(getmetatable(socket), false)
  t.equal(pcall(setmetatable, socket, {}), false)
  t.raises("attempt to index", function()
    socket.field = 1
  end)
  t.equal(socket.field, nil)
  t.equal(socket.__gc, nil)
end)

t.it("is closed when it is collected", function()
  local before = t.descriptors.open()
  for _, family in ipairs(net.families) do
    for _ = 1, 5 do
      lsocket.bind(family.any())
      lsocket.connect(net.address(lsocket.bind(family.any())))
    end
  end
  collectgarbage()
  collectgarbage()
  t.same(t.descriptors.open(), before)
end)

t.it("is not closed a second time when it is collected", function()
  local closed = lsocket.bind("127.0.0.1", 0)
  local fd = closed:getfd()
  closed:close()
  local other = net.listen(net.families.inet)
  t.equal(other:getfd(), fd)
  closed = nil
  collectgarbage()
  collectgarbage()
  t.equal(other:status(), true)
end)

t.it("raises where a method is called on something else", function()
  local socket = net.listen(net.families.inet)
  for name, arguments in pairs(net.methods) do
    local method = socket[name]
    t.raises("calling '" .. name .. "' on bad self %(socket expected, got no value%)$", method)
    for _, value in ipairs { 1, "x", {}, print, true } do
      local expected = "calling '" .. name .. "' on bad self %(socket expected, got " .. type(value) .. "%)$"
      t.raises(expected, method, value, t.unpack(arguments))
    end
    t.raises("on bad self %(socket expected, got userdata%)$", method, io.stdout, t.unpack(arguments))
  end
  t.equal(socket:status(), true)
end)

t.it("withstands a finaliser that uses it after its own", function()
  if _VERSION == "Lua 5.1" then
    return -- Its tables have no finalisers.
  end
  -- Called in the reverse order of their marking: the socket's comes first.
  local outcomes = {}
  do
    local holder = setmetatable({}, {
      __gc = function(self)
        for name, arguments in pairs(net.methods) do
          outcomes[#outcomes + 1] = t.pack(pcall(self.socket[name], self.socket, t.unpack(arguments)))
        end
        outcomes[#outcomes + 1] = t.pack(pcall(lsocket.select, { self.socket }, 0))
        outcomes[#outcomes + 1] = t.pack(pcall(tostring, self.socket))
      end,
    })
    holder.socket = lsocket.bind("127.0.0.1", 0)
  end
  collectgarbage()
  collectgarbage()
  t.equal(#outcomes > 10, true)
  for _, outcome in ipairs(outcomes) do
    t.equal(outcome[1], false)
    t.equal(type(outcome[2]), "string")
  end
end)

t.it("is closed at the end of its scope where Lua has such variables", function()
  local load = loadstring or load
  local code = load("local socket <close> = ... ; return socket:getfd()")
  if not code then
    return
  end
  local socket = net.listen(net.families.inet)
  t.equal(code(socket) >= 0, true)
  t.equal(socket:getfd(), -1)
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
