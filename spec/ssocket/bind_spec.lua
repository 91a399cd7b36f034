local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

net.it("gives the socket its descriptor, and an address", function(family)
  local socket = net.keep(S.tcp())
  t.equal(socket:fileno(), -1)
  t.equal(socket:bind(family.any()), true)
  t.equal(socket:fileno() >= 0, true)
  t.equal(t.descriptors.close_on_exec(socket:fileno()), true)
end)

net.it("says that an address is in use, and can be used again", function(family)
  local _, host, port = net.listen(family)
  local socket = net.keep(S.tcp())
  t.fails("Address already in use", socket:bind(host, port))
  t.equal(socket:fileno(), -1)
  t.equal(socket:bind(family.any()), true)
end)

t.it("binds to every IPv4 address of the machine", function()
  for _, host in ipairs { "*", "", "0.0.0.0" } do
    local datagrams = net.keep(S.udp())
    t.equal(datagrams:bind(host, 0), true)
    t.equal(datagrams:getsockname()[1], "0.0.0.0")
    local socket = net.keep(S.tcp())
    t.equal(socket:bind(host, 0), true)
    t.equal(socket:getsockname()[1], "0.0.0.0")
    t.equal(socket:listen(1), true)
    local client = net.keep(S.tcp())
    t.equal(client:connect("127.0.0.1", socket:getsockname()[2]), true)
  end
end)

t.it("binds to a host by its name", function()
  local socket = net.keep(S.tcp())
  t.equal(socket:bind("localhost", 0), true)
end)

t.it("says what is wrong with an address", function()
  local socket = net.keep(S.tcp())
  t.fails("Cannot assign requested address", socket:bind("192.0.2.1", 0))
  t.fails("No such file or directory", socket:bind("/nowhere/at/all"))
  t.fails("File name too long", socket:bind("/" .. ("x"):rep(107)))
  t.fails("Invalid argument", socket:bind("unix:"))
  t.equal(socket:fileno(), -1)
end)

t.it("uses an abstract name as it is", function()
  local name = t.unique_name()
  local listener = net.keep(S.tcp())
  t.equal(listener:bind("unix:@" .. name .. "\0x"), true)
  t.equal(listener:getsockname(), "@" .. name .. "\0x")
end)
