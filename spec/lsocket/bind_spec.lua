local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("makes a listening socket where no type is given", function(family)
  local socket = net.listen(family)
  local info = socket:info()
  t.equal(info.type, "tcp")
  t.equal(info.listening, true)
  t.equal(info.family, family.kind)
  net.keep(lsocket.connect(net.address(socket)))
  net.keep(net.readable(socket):accept())
end)

net.it("takes the type in any case of its letters", function(family)
  for word, type in pairs { tcp = "tcp", TCP = "tcp", Tcp = "tcp", udp = "udp", UDP = "udp", uDp = "udp" } do
    local info = net.keep(lsocket.bind(word, family.any())):info()
    t.equal(info.type, type)
    t.equal(info.family, family.kind)
    t.equal(info.listening, true)
  end
end)

t.it("lets the system choose a port that is left out", function()
  local calls = {
    { n = 0, addr = "0.0.0.0", type = "tcp" },
    { n = 1, "udp", addr = "0.0.0.0", type = "udp" },
    { n = 1, "127.0.0.1", addr = "127.0.0.1", type = "tcp" },
    { n = 2, "udp", "127.0.0.1", addr = "127.0.0.1", type = "udp" },
    { n = 4, "tcp", "127.0.0.1", nil, 1, addr = "127.0.0.1", type = "tcp" },
    { n = 3, nil, nil, nil, addr = "0.0.0.0", type = "tcp" },
  }
  for _, call in ipairs(calls) do
    local socket = net.keep(lsocket.bind(t.unpack(call)))
    t.equal(socket:info().type, call.type)
    t.equal(socket:info("socket").addr, call.addr)
    t.between(socket:info("socket").port, 1, 65535)
  end
end)

t.it("binds to any IPv4 address where none is given", function()
  for _, arguments in ipairs { { 0 }, { "tcp", 0 }, { "udp", 0 }, { "mcast", 0 }, { nil, 0 }, { "udp", nil, 0 } } do
    local socket = net.keep(lsocket.bind(arguments[1], arguments[2], arguments[3]))
    t.equal(socket:info("socket").addr, "0.0.0.0")
  end
  t.equal(net.keep(lsocket.bind(0)):info("socket").addr, lsocket.INADDR_ANY)
  t.equal(net.keep(lsocket.bind("udp", 0)):info("socket").addr, lsocket.INADDR_ANY)
end)

t.it("takes nil for what is left out on the left", function()
  t.equal(net.keep(lsocket.bind(nil, "127.0.0.1", 0)):info("socket").addr, "127.0.0.1")
  t.equal(net.keep(lsocket.bind(nil, nil, 0, nil)):info("socket").addr, "0.0.0.0")
end)

net.it("binds to a given port", function(family)
  local first = net.listen(family)
  local _, port = net.address(first)
  first:close()
  t.equal(net.keep(lsocket.bind(family.host, port)):info("socket").port, port)
end, net.hosts)

t.it("binds to a name", function()
  local address = net.keep(lsocket.bind("localhost", 0)):info("socket").addr
  t.equal(address == "127.0.0.1" or address == "::1", true)
end)

t.it("binds to any IPv6 address", function()
  if net.families.inet6 then
    t.equal(net.keep(lsocket.bind(lsocket.IN6ADDR_ANY, 0)):info("socket").addr, "::")
  end
end)

t.it("makes a unix datagram socket of a path", function()
  local path = t.temporary_path()
  local info = net.keep(lsocket.bind("udp", path)):info()
  t.same({ info.family, info.type, info.listening }, { "unix", "udp", true })
end)

t.it("passes over port and takes a backlog for a unix address", function()
  net.keep(lsocket.bind("@" .. t.unique_name(), 80, 10))
  net.keep(lsocket.bind("@" .. t.unique_name(), nil, 10))
end)

net.it("lets a server come back at once", function(family)
  local listener = net.listen(family)
  local host, port = net.address(listener)
  local client = net.keep(lsocket.connect(host, port))
  local server = net.keep(net.readable(listener):accept())
  -- The end that closes first is the one that lingers.
  server:close()
  t.equal(net.readable(client):recv(), nil)
  client:close()
  listener:close()
  net.keep(lsocket.bind(host, port))
end, net.hosts)

net.it("keeps to the backlog", function(family)
  local listener = net.keep(lsocket.bind("tcp", family.host, 0, 1))
  local host, port = net.address(listener)
  for _ = 1, 2 do
    t.equal(net.writable((net.keep(lsocket.connect(host, port)))):status(), true)
  end
  local further = net.keep(lsocket.connect(host, port))
  t.equal(lsocket.select(nil, { further }, 0.1), false)
end, net.hosts)

net.it("says that the address is in use", function(family)
  local socket = net.listen(family)
  t.fails("Address already in use", lsocket.bind(net.address(socket)))
  local datagrams = net.datagram(family)
  t.fails("Address already in use", lsocket.bind("udp", net.address(datagrams)))
end)

t.it("says what is wrong with an address", function()
  t.fails("Cannot assign requested address", lsocket.bind("192.0.2.1", 0))
  t.fails("No such file or directory", lsocket.bind("/no/such/folder/socket"))
  t.fails("File name too long", lsocket.bind("/" .. ("x"):rep(108)))
  t.fails("File name too long", lsocket.bind("@" .. ("x"):rep(108)))
  t.fails("Invalid argument", lsocket.bind("/tmp/a\0b"))
  t.fails("Invalid argument", lsocket.bind("local\0host", 0))
  t.fails("No such device", lsocket.bind("fe80::1%no-such", 0))
  t.fails("Invalid argument", lsocket.bind("1::2::3", 0))
  t.fails_like("^Name or service not known", lsocket.bind("", 0))
end)

t.it("holds a unix name that has the whole length", function()
  local name = "@" .. t.unique_name()
  name = name .. ("x"):rep(108 - #name)
  local socket = net.keep(lsocket.bind(name))
  t.equal(socket:info("socket").addr, name)
  local path = t.temporary_path()
  path = path .. ("x"):rep(107 - #path)
  t.defer(function()
    os.remove(path)
  end)
  t.equal(net.keep(lsocket.bind(path)):info("socket").addr, path)
end)

t.it("leaves nothing open when it fails", function()
  local used, datagrams = {}, {}
  for index, family in ipairs(net.families) do
    used[index], datagrams[index] = net.listen(family), net.datagram(family)
  end
  local before = t.descriptors.open()
  for _ = 1, 20 do
    for index in ipairs(net.families) do
      t.fails_like(".", lsocket.bind(net.address(used[index])))
      t.fails_like(".", lsocket.bind("udp", net.address(datagrams[index])))
    end
    t.fails_like(".", lsocket.bind("192.0.2.1", 0))
    t.fails_like(".", lsocket.bind("mcast", "192.0.2.1", 0))
    t.fails_like(".", lsocket.bind("mcast", "@" .. t.unique_name()))
    t.fails_like(".", lsocket.bind("/no/such/folder/socket"))
  end
  t.same(t.descriptors.open(), before)
end)

t.it("raises where an argument is wrong", function()
  t.bad_argument(1, "bind", "number expected, got table", lsocket.bind, {})
  t.bad_argument(2, "bind", "number expected, got string", lsocket.bind, "sctp", "127.0.0.1", 0)
  t.bad_argument(3, "bind", "number expected, got boolean", lsocket.bind, "udp", "127.0.0.1", true)
  t.bad_argument(2, "bind", "number has no integer representation", lsocket.bind, "127.0.0.1", 0.5)
  for _, port in ipairs { -1, 65536, 2 ^ 32 } do
    t.bad_argument(1, "bind", "port out of range", lsocket.bind, port)
    t.bad_argument(2, "bind", "port out of range", lsocket.bind, "::1", port)
    t.bad_argument(2, "bind", "port out of range", lsocket.bind, "@name", port)
  end
  t.bad_argument(3, "bind", "backlog out of range", lsocket.bind, "::1", 0, 2 ^ 31)
  t.bad_argument(3, "bind", "number expected, got string", lsocket.bind, "::1", 0, "many")
end)
