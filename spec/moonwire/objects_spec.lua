-- Sockets as Lua objects.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"
local objects = require "spec.support.objects"
local types = require "spec.support.types"

local function listener()
  return assert(M.listen("127.0.0.1:0"))
end

local function stream()
  local own = listener()
  local client = assert(M.connect(own:local_address()))
  own:close()
  return client
end

local function datagram()
  return assert(M.udp { bind = "127.0.0.1:0" })
end

local kinds = {
  { name = "moonwire.listener", make = listener, methods = net.listener_methods, foreign = datagram },
  { name = "moonwire.stream", make = stream, methods = net.stream_methods, foreign = listener },
  { name = "moonwire.datagram", make = datagram, methods = net.datagram_methods, foreign = stream },
}

for _, kind in ipairs(kinds) do
  t.it("is a string with its address: " .. kind.name, function()
    local object = net.keep(kind.make())
    local address = kind.make == stream and object:peer() or object:local_address()
    t.equal(tostring(object), kind.name .. " (" .. address .. ")")
    t.equal(object:close(), true)
    t.equal(tostring(object), kind.name .. " (closed)")
    t.equal(object:close(), true)
  end)

  t.it("tells its descriptor: " .. kind.name, function()
    local number, object = t.descriptors.opened_by(function()
      return net.keep(kind.make())
    end)
    t.equal(object:descriptor(), number)
    object:close()
    t.equal(object:descriptor(), -1)
  end)

  t.it("has no address when it is closed: " .. kind.name, function()
    local object = net.keep(kind.make())
    object:close()
    net.fails("local_address: closed", "closed", object:local_address())
    if object.peer then
      t.equal(select(3, object:peer()), "closed")
    end
  end)

  t.it("has a locked metatable: " .. kind.name, function()
    objects.is_locked(net.keep(kind.make()))
  end)

  t.it("has no method that is not tried here: " .. kind.name, function()
    for name in pairs(types.methods(net.keep(kind.make()))) do
      assert(kind.methods[name], name)
    end
  end)

  t.it("is closed when it is collected: " .. kind.name, function()
    local before = t.descriptors.open()
    for _ = 1, 5 do
      kind.make()
    end
    objects.collect()
    t.same(t.descriptors.open(), before)
  end)

  t.it("raises where a method is called on something else: " .. kind.name, function()
    objects.refuses_foreign_selves(net.keep(kind.make()), kind.name, kind.methods, net.keep(kind.foreign()))
  end)

  t.it("withstands a finaliser that uses it after its own: " .. kind.name, function()
    objects.raises_after_its_finaliser(kind.methods, function()
      return kind.make(), {}
    end)
  end)

  t.it("is closed at the end of its scope where Lua has such variables: " .. kind.name, function()
    objects.closes_with_its_scope(net.keep(kind.make()), "descriptor")
  end)

  t.it("takes a time-out, nil for none: " .. kind.name, function()
    local object = net.keep(kind.make())
    t.equal(object:settimeout(1), true)
    t.equal(object:settimeout(0.5), true)
    t.equal(object:settimeout(-1), true)
    t.equal(object:settimeout(nil), true)
    t.equal(object:settimeout(), true)
    t.bad_argument(1, "settimeout", "number expected, got boolean", object.settimeout, object, true)
    t.bad_argument(1, "settimeout", "time-out is not a number", object.settimeout, object, 0 / 0)
  end)
end
