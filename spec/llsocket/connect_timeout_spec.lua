-- connect at a listener whose queue is full, with and without a time-out.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

--- Where a listener is whose queue is full.
local function full(family)
  local listener, ai = net.bound(family, L.SOCK_STREAM)
  net.nothing(listener:listen(1))
  repeat
    local client = net.keep(L.socket.new(ai))
    client:sndtimeo(0.05)
  until client:connect()
  return ai, listener
end

local messages = {
  ipv4 = { "Operation now in progress", "Operation already in progress" },
  ipv6 = { "Operation now in progress", "Operation already in progress" },
  unix = { net.message.again, net.message.again },
  abstract = { net.message.again, net.message.again },
}

net.it("says what the kernel says when the time is over", function(family)
  local client = net.keep(L.socket.new((full(family))))
  client:sndtimeo(0.1)
  for _, message in ipairs(messages[family.name]) do
    local took = t.timed(function()
      t.equal(client:connect(), message)
    end)
    t.between(took, 0.1 - t.grain, t.at_once)
  end
end)

net.it("waits until there is room", function(family)
  local ai, listener = full(family)
  local address = ai:addr()
  local child = t.process.start_lua(([[
    local L = require "llsocket"
    local sock = L.socket.new(L.unix.getaddrinfo(%s))
    io.stdout:setvbuf("line")
    print("connects")
    assert(not sock:connect())
    print("connected")
  ]]):format(t.process.literal(address.path)))
  child:expect("connects")
  for _ = 1, 3 do
    net.keep(listener:accept())
  end
  child:expect("connected")
end, { net.families.unix, net.families.abstract })

t.it("does not wait in non-blocking mode", function()
  local client = net.keep(L.socket.new(full(net.families.unix), true))
  t.equal(client:connect(), net.message.again)
end)
