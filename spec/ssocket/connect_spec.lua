local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

net.it("connects, and both ends transfer", function(family)
  local client, server = net.pair(family)
  t.equal(client:write("ping"), 4)
  t.equal(server:read(4), "ping")
  t.equal(server:write("pong!"), 5)
  t.equal(client:read(5), "pong!")
end)

t.it("connects to a host by its name", function()
  local listener, _, port = net.listen()
  local client = net.keep(S.tcp())
  -- The name may have an IPv6 address first, at which nobody listens: the next one is tried.
  t.equal(client:connect("localhost", port), true)
  net.keep(listener:accept())
end)

t.it("takes a port as a string of digits", function()
  local listener, host, port = net.listen()
  local client = net.keep(S.tcp())
  t.equal(client:connect(host, tostring(port)), true)
  t.equal(client:getpeername()[2], port)
  net.keep(listener:accept())
end)

net.it("says that it is refused, has no descriptor then, and can be used again", function(family)
  local listener = net.listen(family)
  local gone = listener:getsockname()
  local client = net.keep(S.tcp())
  if type(gone) == "table" then
    -- The port of a connected client is taken, but not for listening.
    local other = net.keep(S.tcp())
    t.equal(other:connect(net.arguments(gone)), true)
    t.fails(S.ERROR_REFUSED, client:connect(net.arguments(other:getsockname())))
  else
    listener:close()
    t.fails(S.ERROR_REFUSED, client:connect(net.arguments(gone)))
  end
  t.equal(client:fileno(), -1)
  local second, first_argument, second_argument = net.listen(family)
  t.equal(client:connect(first_argument, second_argument), true)
  net.keep(second:accept())
end)

t.it("says that a path is not there", function()
  local client = net.keep(S.tcp())
  t.fails("No such file or directory", client:connect("unix:" .. t.temporary_path()))
  t.equal(client:fileno(), -1)
end)

t.it("says that a name is not known", function()
  local client = net.keep(S.tcp())
  local result, message = client:connect("name.invalid", 80)
  t.equal(result, nil)
  t.equal(type(message), "string")
  t.fails("Invalid argument", client:connect("127.0.0.1\0", 80))
  t.fails("Invalid argument", client:connect("unix:/tmp/a\0b"))
  t.fails("Invalid argument", client:connect("unix:"))
  t.fails("File name too long", client:connect("unix:/" .. ("x"):rep(200)))
end)

net.it("raises on a socket that is connected, bound or listening", function(family)
  local client = net.pair(family)
  t.raises("already connected$", client.connect, client, "127.0.0.1", 1)
  t.raises("already bound$", client.bind, client, "127.0.0.1", 0)
  local listener, host, port = net.listen(family)
  t.raises("already connected$", listener.connect, listener, host, port)
  t.raises("already bound$", listener.bind, listener, host, port)
end)

t.it("can connect again after close", function()
  local listener, host, port = net.listen()
  local client = net.keep(S.tcp())
  for _ = 1, 3 do
    t.equal(client:connect(host, port), true)
    local server = net.keep(listener:accept())
    server:write("x")
    t.equal(client:read(1), "x")
    -- What was read for one connection is not given out for the next.
    server:write("left over\n")
    t.equal(client:read(4), "left")
    t.equal(client:close(), true)
  end
end)

-- A listener whose queue is full answers no more.
local function unanswered(family)
  local listener, host, port = net.listen(family, 0)
  for _ = 1, 3 do
    local client = net.keep(S.tcp())
    client:settimeout(0.05)
    client:connect(host, port)
  end
  return host, port, listener
end

net.it("ends when its time is over, for all addresses together", function(family)
  local host, port = unanswered(family)
  local client = net.keep(S.tcp())
  for _, seconds in ipairs { 0, 0.25 } do
    client:settimeout(seconds)
    local elapsed, result, message = t.timed(client.connect, client, host, port)
    t.fails(S.ERROR_TIMEOUT, result, message)
    t.between(elapsed, seconds - t.grain, seconds + 1)
    t.equal(client:fileno(), -1)
  end
end)

net.it("leaves the socket in blocking mode", function(family)
  local _, host, port = net.listen(family)
  local client = net.keep(S.tcp())
  client:settimeout(5)
  t.equal(client:connect(host, port), true)
  local O_NONBLOCK = 2048
  local flags = tonumber(t.descriptors.describe { client:fileno() }:match("flags: (%d+)"), 8)
  t.equal(math.floor(flags / O_NONBLOCK) % 2, 0)
  t.equal(t.descriptors.close_on_exec(client:fileno()), true)
end)

t.it("raises where an argument is wrong", function()
  local client = S.tcp()
  t.bad_argument(1, "connect", "string expected, got no value", client.connect, client)
  t.bad_argument(1, "connect", "string expected, got table", client.connect, client, {})
  t.bad_argument(2, "connect", "number expected, got no value", client.connect, client, "127.0.0.1")
  t.bad_argument(2, "connect", "number expected, got string", client.connect, client, "127.0.0.1", "http")
  t.bad_argument(2, "connect", "port out of range", client.connect, client, "127.0.0.1", 65536)
  t.bad_argument(2, "connect", "port out of range", client.connect, client, "127.0.0.1", -1)
end)
