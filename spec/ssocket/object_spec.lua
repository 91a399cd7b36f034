-- Sockets as Lua objects.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"
local types = require "spec.support.types"

local kinds = {
  { name = "tcpsock", make = S.tcp, methods = net.tcp_methods },
  { name = "udpsock", make = S.udp, methods = net.udp_methods },
}

for _, kind in ipairs(kinds) do
  t.it("is a string with its descriptor: " .. kind.name, function()
    local socket = net.keep(kind.make())
    t.equal(tostring(socket), "<" .. kind.name .. ": -1>")
    t.equal(socket:bind("127.0.0.1", 0), true)
    t.equal(tostring(socket), "<" .. kind.name .. ": " .. socket:fileno() .. ">")
    socket:close()
    t.equal(tostring(socket), "<" .. kind.name .. ": -1>")
  end)

  t.it("has a locked metatable: " .. kind.name, function()
    local socket = kind.make()
    t.equal(getmetatable(socket), false)
    t.equal(pcall(setmetatable, socket, {}), false)
    t.raises("attempt to index", function()
      socket.field = 1
    end)
    t.equal(socket.field, nil)
    t.equal(socket.__gc, nil)
    for name in pairs(types.methods(socket)) do
      assert(kind.methods[name], name .. " is not tried here")
    end
  end)

  t.it("is closed when it is collected: " .. kind.name, function()
    local before = t.descriptors.open()
    for _, family in ipairs(net.families) do
      for _ = 1, 5 do
        assert(kind.make():bind(family.any()))
      end
    end
    collectgarbage()
    collectgarbage()
    t.same(t.descriptors.open(), before)
  end)

  t.it("is not closed a second time when it is collected: " .. kind.name, function()
    local closed = kind.make()
    assert(closed:bind("127.0.0.1", 0))
    local number = closed:fileno()
    closed:close()
    local other = net.keep(S.udp())
    assert(other:bind("127.0.0.1", 0))
    t.equal(other:fileno(), number)
    closed = nil
    collectgarbage()
    collectgarbage()
    t.equal(other:getsockname()[1], "127.0.0.1")
  end)

  t.it("raises where a method is called on something else: " .. kind.name, function()
    local socket = kind.make()
    local foreign = kind.make == S.tcp and S.udp() or S.tcp()
    for name, arguments in pairs(kind.methods) do
      local method = socket[name]
      local head = "^[^\n]*calling '" .. name .. "' on bad self %(" .. kind.name .. " expected, got "
      t.raises(head .. "no value%)$", method)
      for _, value in ipairs { 1, "x", {}, print, true } do
        t.raises(head .. type(value) .. "%)$", method, value, t.unpack(arguments))
      end
      t.raises(head .. "userdata%)$", method, io.stdout, t.unpack(arguments))
      t.raises(head .. "userdata%)$", method, foreign, t.unpack(arguments))
    end
  end)

  t.it("withstands a finaliser that uses it after its own: " .. kind.name, function()
    if _VERSION == "Lua 5.1" then
      return -- Its tables have no finalisers.
    end
    -- Called in the reverse order of their marking: the socket's comes first.
    local outcomes = {}
    do
      local holder = setmetatable({}, {
        __gc = function(self)
          for name, arguments in pairs(kind.methods) do
            outcomes[#outcomes + 1] = t.pack(pcall(self.socket[name], self.socket, t.unpack(arguments)))
          end
          outcomes[#outcomes + 1] = t.pack(pcall(S.select, { self.socket }, {}, 0))
          outcomes[#outcomes + 1] = t.pack(pcall(tostring, self.socket))
          if self.next then
            outcomes[#outcomes + 1] = t.pack(pcall(self.next))
            outcomes[#outcomes].is_iterator = true
          end
        end,
      })
      holder.socket = kind.make()
      assert(holder.socket:bind("127.0.0.1", 0))
      holder.next = kind.make == S.tcp and holder.socket:readuntil("x") or nil
    end
    collectgarbage()
    collectgarbage()
    t.equal(#outcomes > 10, true)
    for _, outcome in ipairs(outcomes) do
      t.equal(outcome[1], false)
      t.equal(type(outcome[2]), "string")
    end
  end)

  t.it("is closed at the end of its scope where Lua has such variables: " .. kind.name, function()
    local load = loadstring or load
    local code = load("local socket <close> = ... ; return socket:fileno()")
    if not code then
      return
    end
    local socket = kind.make()
    assert(socket:bind("127.0.0.1", 0))
    t.equal(code(socket) >= 0, true)
    t.equal(socket:fileno(), -1)
  end)
end
