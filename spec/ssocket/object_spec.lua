-- Sockets as Lua objects.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"
local objects = require "spec.support.objects"
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
    objects.is_locked(kind.make())
  end)

  t.it("has no method that is not tried here: " .. kind.name, function()
    for name in pairs(types.methods(kind.make())) do
      assert(kind.methods[name], name)
    end
  end)

  t.it("is closed when it is collected: " .. kind.name, function()
    local before = t.descriptors.open()
    for _, family in ipairs(net.families) do
      for _ = 1, 5 do
        assert(kind.make():bind(family.any()))
      end
    end
    objects.collect()
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
    objects.collect()
    t.equal(other:getsockname()[1], "127.0.0.1")
  end)

  t.it("raises where a method is called on something else: " .. kind.name, function()
    local foreign = kind.make == S.tcp and S.udp() or S.tcp()
    objects.refuses_foreign_selves(kind.make(), kind.name, kind.methods, foreign)
  end)

  t.it("withstands a finaliser that uses it after its own: " .. kind.name, function()
    objects.raises_after_its_finaliser(kind.methods, function()
      local socket = kind.make()
      assert(socket:bind("127.0.0.1", 0))
      local function select(object)
        return S.select({ object }, {}, 0)
      end
      return socket, { select, kind.make == S.tcp and socket:readuntil("x") or nil }
    end)
  end)

  t.it("is closed at the end of its scope where Lua has such variables: " .. kind.name, function()
    local socket = kind.make()
    assert(socket:bind("127.0.0.1", 0))
    objects.closes_with_its_scope(socket, "fileno")
  end)
end
