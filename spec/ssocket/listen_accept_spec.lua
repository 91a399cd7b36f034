local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

net.it("accepts a connection, which has no time-out of its own", function(family)
  local listener, host, port = net.listen(family)
  listener:settimeout(3)
  local client = net.keep(S.tcp())
  t.equal(client:connect(host, port), true)
  local server = net.keep(listener:accept())
  t.equal(server:gettimeout(), -1)
  t.equal(listener:gettimeout(), 3)
  t.equal(t.descriptors.close_on_exec(server:fileno()), true)
  t.same(server:getsockname(), listener:getsockname())
end)

net.it("says that nobody has come in time", function(family)
  local listener = net.listen(family)
  for _, seconds in ipairs { 0, 0.02, 0.3, 0.3 } do
    listener:settimeout(seconds)
    local elapsed, result, message = t.timed(listener.accept, listener)
    t.fails(S.ERROR_TIMEOUT, result, message)
    t.between(elapsed, seconds - t.grain, seconds + 1)
  end
end)

net.it("gives connections the time-out that they are told, not the listener's", function(family)
  local listener, host, port = net.listen(family)
  -- The kernel keeps it, and has TCP connections inherit it.
  listener:settimeout(0.2)
  t.fails(S.ERROR_TIMEOUT, listener:accept())
  local client = net.keep(S.tcp())
  t.equal(client:connect(host, port), true)
  local server = net.keep(listener:accept())
  local child = t.process.start { "sleep", "0.5" }
  local elapsed = t.timed(function()
    server:settimeout(0.7)
    net.ends(S.ERROR_TIMEOUT, "", server:read(1))
  end)
  t.between(elapsed, 0.7 - t.grain, 1.5)
  child:finish()
end)

t.it("accepts with any backlog, and with none given", function()
  for _, backlog in ipairs { 0, 1, -1, 2 ^ 31 - 1 } do
    local socket = net.keep(S.tcp())
    t.equal(socket:bind("127.0.0.1", 0), true)
    t.equal(socket:listen(backlog), true)
  end
  local socket = net.keep(S.tcp())
  t.equal(socket:bind("127.0.0.1", 0), true)
  t.equal(socket:listen(), true)
  t.bad_argument(1, "listen", "backlog out of range", socket.listen, socket, 2 ^ 31)
end)

t.it("says what is wrong with the socket", function()
  local socket = net.keep(S.tcp())
  t.fails(S.ERROR_CLOSED, socket:listen(1))
  t.fails(S.ERROR_CLOSED, socket:accept())
  t.equal(socket:bind("127.0.0.1", 0), true)
  socket:settimeout(0.1)
  t.fails("Invalid argument", socket:accept())
end)
