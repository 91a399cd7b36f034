-- needs: python3
-- A time-out is for the whole call, however the bytes come.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"
local signals = require "spec.support.signals"

t.it("is as it was set", function()
  for _, socket in ipairs { S.tcp(), S.udp() } do
    t.equal(socket:gettimeout(), -1)
    for _, seconds in ipairs { 0, 1, 0.25, -1, -7, 1e9 } do
      t.equal(select("#", socket:settimeout(seconds)), 0)
      t.equal(socket:gettimeout() == seconds, true)
    end
    socket:settimeout(3)
    t.integer(socket:gettimeout())
    t.bad_argument(1, "settimeout", "time-out is not a number", socket.settimeout, socket, 0 / 0)
    t.bad_argument(1, "settimeout", "number expected, got nil", socket.settimeout, socket, nil)
    t.equal(socket:gettimeout(), 3)
  end
end)

local drip = [[
wait()
for _ in range(60):
    try:
        peer.sendall(b"x")
    except OSError:
        break
    time.sleep(0.05)
]]

for _, way in ipairs { "read", "iterator" } do
  t.it("ends on time although a byte drips in now and then: " .. way, function()
    local server, child = net.python_peer(drip)
    server:write(".")
    local line = server:readuntil("\n")
    local all = ""
    for _, seconds in ipairs { 0.3, 0.3, 0.07, 0.5 } do
      server:settimeout(seconds)
      local elapsed, outcome = t.timed(function()
        if way == "read" then
          return t.pack(server:read(1000))
        end
        return t.pack(line())
      end)
      t.equal(outcome[2], S.ERROR_TIMEOUT)
      t.between(elapsed, seconds - t.grain, seconds + 1)
      all = all .. outcome[3]
    end
    t.matches(all, "^xxx+$")
    server:close()
    child:finish()
  end)
end

t.it("ends write on time although the peer takes a little now and then", function()
  for _, family in ipairs { "ipv4", "unix" } do
    local listener, host, port = net.listen(net.families[family])
    local child = t.process.start_lua(([[
      local S = require "ssocket"
      local socket = S.tcp()
      assert(socket:connect(%s))
      for _ = 1, 40 do
        if not socket:read(200000) then
          break
        end
        S.select({}, {}, 0.05)
      end
    ]]):format(t.process.literal(host) .. (port and ", " .. port or "")))
    local server = net.keep(listener:accept())
    local bytes = ("x"):rep(50000000)
    server:settimeout(0.5)
    local elapsed, outcome = t.timed(function()
      return t.pack(server:write(bytes))
    end)
    t.equal(outcome[2], S.ERROR_TIMEOUT)
    t.between(elapsed, 0.5 - t.grain, 1.5)
    server:close()
    child:finish()
  end
end)

t.it("waits for what comes in time, with and without a limit", function()
  for _, seconds in ipairs { 5, 0.9, -1, 1e300 } do
    local server, child = net.python_peer([[
for byte in b"hello\n":
    wait()
    time.sleep(0.15)
    peer.sendall(bytes([byte]))
]])
    server:settimeout(seconds)
    for byte in ("hello"):gmatch(".") do
      server:write(".")
      t.equal(server:read(1), byte)
    end
    server:write(".")
    t.equal(server:readuntil("\n")(), "")
    local _, status = child:finish()
    t.equal(status, 0)
  end
end)

t.it("holds as it is changed, between calls that wait", function()
  local server, child = net.python_peer("wait()\n")
  for _, seconds in ipairs { 0.12, 0.3, 0.01, 0.2, 0, 0.15, 0.15 } do
    server:settimeout(seconds)
    local elapsed = t.timed(function()
      net.ends(S.ERROR_TIMEOUT, "", server:read(1))
    end)
    t.between(elapsed, seconds - t.grain, seconds + 1)
  end
  server:write(".")
  child:finish()
end)

local waiting = {}
for name, call in pairs {
  read = "socket:read(1)",
  readuntil = "socket:readuntil('x')()",
  accept = "listener:accept()",
  recv = "datagrams:recv(1)",
} do
  waiting[name] = {
    setup = [[
      local S = require "ssocket"
      local listener, socket, datagrams = S.tcp(), S.tcp(), S.udp()
      assert(listener:bind("127.0.0.1", 0))
      assert(listener:listen(5))
      assert(socket:connect("127.0.0.1", listener:getsockname()[2]))
      local peer = assert(listener:accept())
      assert(datagrams:bind("127.0.0.1", 0))
      for _, object in ipairs { listener, socket, datagrams } do
        object:settimeout(1.5)
      end
    ]],
    call = call,
    outcome = "nil " .. S.ERROR_TIMEOUT,
  }
end
signals.end_on_time(waiting)
