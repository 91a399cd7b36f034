local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

t.it("returns true, also the second time, and before there is a descriptor", function()
  for _, make in ipairs { S.tcp, S.udp } do
    local socket = make()
    t.equal(socket:close(), true)
    t.equal(socket:bind("127.0.0.1", 0), true)
    t.equal(socket:close(), true)
    t.equal(socket:close(), true)
    t.equal(socket:fileno(), -1)
  end
end)

t.it("leaves nothing that another socket could be mistaken for", function()
  local client, server = net.pair(net.families.ipv4)
  local number = client:fileno()
  local line = client:readuntil("\n")
  client:close()
  local other
  repeat
    other = net.keep(S.udp())
    t.equal(other:bind("127.0.0.1", 0), true)
  until other:fileno() == number
  for name, arguments in pairs {
    listen = t.pack(1), accept = t.pack(), write = t.pack("x"), read = t.pack(1),
    shutdown = t.pack(S.SHUT_RDWR), getpeername = t.pack(), getsockname = t.pack(),
  } do
    local result, message = client[name](client, t.unpack(arguments))
    t.fails(S.ERROR_CLOSED, result, message)
  end
  net.ends(S.ERROR_CLOSED, "", line())
  net.ends(S.ERROR_CLOSED, 0, client:write("x"))
  t.fails(S.ERROR_CLOSED, client:getopt(S.OPT_TCP_NODELAY))
  t.equal(other:fileno(), number)
  t.equal(other:getsockname()[1], "127.0.0.1")
  server:close()
end)

t.it("forgets what was received", function()
  local client, server = net.pair(net.families.ipv4)
  server:write("one\ntwo\n")
  local line = client:readuntil("\n")
  t.equal(line(), "one")
  client:close()
  net.ends(S.ERROR_CLOSED, "", line())
end)

t.it("has every call of a datagram socket fail", function()
  local socket = S.udp()
  t.fails(S.ERROR_CLOSED, socket:recv(1))
  t.fails(S.ERROR_CLOSED, socket:recvfrom(1))
  t.fails(S.ERROR_CLOSED, socket:send("x"))
end)
