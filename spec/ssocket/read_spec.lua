local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

net.it("returns exactly so many bytes, whatever they are", function(family)
  local client, server = net.pair(family)
  local bytes = t.bytes(1000)
  t.equal(client:write(bytes), 1000)
  t.equal(server:read(1), bytes:sub(1, 1))
  t.equal(server:read(0), "")
  t.equal(server:read(499), bytes:sub(2, 500))
  t.equal(server:read(500), bytes:sub(501))
end)

net.it("returns large records whole", function(family)
  local client, server = net.pair(family)
  local bytes = t.bytes(3000001)
  local child = t.process.start_lua(([[
    local S = require "ssocket"
    local t = require "spec.support"
    local net = require "spec.ssocket.support"
    t.it("writes", function()
      local socket = net.keep(S.tcp())
      assert(socket:connect(%s))
      t.equal(socket:write("begin" .. t.bytes(3000001) .. "end"), 3000009)
    end)
  ]]):format((function()
    local listener, host, port = net.listen(family)
    server = listener
    return t.process.literal(host) .. (port and ", " .. port or "")
  end)()))
  local connection = net.keep(server:accept())
  t.equal(connection:read(5), "begin")
  t.equal(connection:read(3000001) == bytes, true)
  t.equal(connection:read(3), "end")
  net.ends(S.ERROR_CLOSED, "", connection:read(1))
  child:finish()
  client:close()
end)

net.it("gives what has come when the stream ends, once", function(family)
  local client, server = net.pair(family)
  t.equal(client:write("partial"), 7)
  client:close()
  net.ends(S.ERROR_CLOSED, "partial", server:read(100))
  net.ends(S.ERROR_CLOSED, "", server:read(100))
  t.equal(server:read(0), "")
end)

net.it("gives what has come when the time is over, and goes on behind it", function(family)
  local client, server = net.pair(family)
  t.equal(client:write("abc"), 3)
  for _, seconds in ipairs { 0, 0.01, 0.15 } do
    server:settimeout(seconds)
    net.ends(S.ERROR_TIMEOUT, "abc", server:read(4))
    net.ends(S.ERROR_TIMEOUT, "", server:read(4))
    t.equal(client:write("abc"), 3)
  end
  t.equal(server:read(3), "abc")
end)

t.it("asks for memory only as bytes come", function()
  local client, server = net.pair(net.families.ipv4)
  client:write("little")
  server:settimeout(0)
  net.ends(S.ERROR_TIMEOUT, "little", server:read(2 ^ 30))
end)

t.it("raises where an argument is wrong", function()
  local socket = S.tcp()
  t.bad_argument(1, "read", "number expected, got no value", socket.read, socket)
  t.bad_argument(1, "read", "number expected, got string", socket.read, socket, "*l")
  t.bad_argument(1, "read", "number has no integer representation", socket.read, socket, 0.5)
  t.bad_argument(1, "read", "size out of range", socket.read, socket, -1)
  t.bad_argument(1, "read", "size out of range", socket.read, socket, 2 ^ 30 + 1)
end)
