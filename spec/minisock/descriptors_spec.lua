local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

local function hard_limit()
  local file = assert(io.open("/proc/self/limits"))
  local limit = file:read("*a"):match("Max open files%s+%S+%s+(%S+)")
  file:close()
  return tonumber(limit) or math.huge
end

net.it("are all closed when another program is executed", function(family)
  local listener, address = net.listen(family)
  local client = net.keep(S.connect(address))
  local server = net.keep(S.accept(listener))
  local datagrams = net.datagram(family)
  for _, fd in ipairs { listener, client, server, datagrams } do
    t.equal(t.descriptors.close_on_exec(fd), true)
  end
end)

net.it("are all closed when another program is executed, with host and service", function(family)
  local listener, address = net.keep(S.bind(family.host, 0))
  local client = net.keep(S.connect(family.host, S.parseaddr(address).port))
  local datagrams = net.keep(S.udpsocket(family.name == "ipv6" and "\10" or ""))
  for _, fd in ipairs { listener, client, datagrams } do
    t.equal(t.descriptors.close_on_exec(fd), true)
  end
end, net.hosts)

t.it("are not seen by a child", function()
  local function sockets_of_a_child()
    local output, status = t.process.run { "ls", "-l", "/proc/self/fd" }
    t.equal(status, 0)
    return select(2, output:gsub("socket:", ""))
  end
  local before = sockets_of_a_child()
  for _, family in ipairs(net.families) do
    net.pair(family)
    net.listen(family)
    net.datagram(family)
  end
  t.equal(sockets_of_a_child(), before)
end)

t.it("are not left open by what fails", function()
  local used, refusing, datagrams = {}, {}, {}
  for index, family in ipairs(net.families) do
    used[index] = select(2, net.listen(family))
    datagrams[index] = select(2, net.datagram(family))
    refusing[index] = net.refusing(family)
  end
  local port = S.parseaddr(used[1]).port
  local closed_port = S.parseaddr(refusing[1]).port
  local listener = net.listen(net.families.unix)
  local client = net.pair(net.families.unix)
  local before = t.descriptors.open()
  local function fails(...)
    t.fails_like(".", ...)
  end
  for _ = 1, 20 do
    for index in ipairs(net.families) do
      fails(S.bind(used[index]))
      fails(S.connect(refusing[index]))
      fails(S.udpsocket(datagrams[index]))
    end
    fails(S.bind("127.0.0.1", port))
    fails(S.bind("192.0.2.1", 0))
    fails(S.bind("fe80::1%no-such", 0))
    fails(S.connect("127.0.0.1", closed_port))
    fails(S.connect("localhost", closed_port))
    fails(S.connect("127.0.0.1", "no-such-service"))
    fails(S.connect("no address"))
    fails(S.bind("\2\0"))
    fails(S.bind("\1\0/no/such/folder/socket"))
    fails(S.bind("\1\0" .. ("x"):rep(200)))
    fails(S.udpsocket("\1\0/no/such/folder/socket"))
    fails(S.udpsocket("no address"))
    fails(S.accept(client))
    fails(S.getpeername(listener))
    fails(S.getaddrinfo("fe80::1%no-such"))
  end
  t.same(t.descriptors.open(), before)
end)

t.it("may have numbers above 1023", function()
  if hard_limit() < 2000 then
    t.pass_over("descriptors above 1023", "this process may have no more than " .. hard_limit())
    return
  end
  local output = t.process.run_lua([[
    local S = require "minisock"
    local t = require "spec.support"
    local net = require "spec.minisock.support"
    local files = {}
    for index = 1, 1100 do
      files[index] = assert(io.open("/dev/null"))
    end
    for _, family in ipairs(net.families) do
      t.it("works above 1023", function()
        local client, server = net.pair(family)
        assert(client > 1023 and server > 1023)
        t.fails("read timeout", S.read(server, 0))
        t.fails("read timeout", S.read(server, 50))
        t.equal(S.write(client, "x"), 1)
        t.equal(S.read(server, 5000), "x")
        local entries, count = S.poll(S.pollfd(client, S.POLLOUT) .. S.pollfd(server, S.POLLIN), 50)
        t.equal(count, 1)
        t.equal(S.unpollfds(entries)[1].revents, S.POLLOUT)

        local receiver, address = net.datagram(family)
        local sender, from = net.datagram(family)
        assert(receiver > 1023 and sender > 1023)
        t.fails("recvfrom timeout", S.recvfrom(receiver, 0))
        t.fails("recvfrom timeout", S.recvfrom(receiver, 50))
        t.equal(S.sendto(sender, address, "x"), 1)
        t.same({ S.recvfrom(receiver, 5000) }, { "x", from })
      end)
    end
    print("done")
  ]], { descriptors = 2000 })
  t.matches(output, "done")
end)

t.it("may be used up", function()
  local output = t.process.run_lua([[
    local S = require "minisock"
    local t = require "spec.support"
    local any = "\2\0\0\0\127\0\0\1\0\0\0\0\0\0\0\0"
    local listener = assert(S.bind(any))
    local address = S.getsockname(listener)
    local port = S.parseaddr(address).port
    local client = assert(S.connect(address))
    local files = {}
    repeat
      local file = io.open("/dev/null")
      files[#files + 1] = file
    until not file
    for _ = 1, 3 do
      t.fails("socket error: 24 (Too many open files)", S.bind(any))
      t.fails("socket error: 24 (Too many open files)", S.bind("127.0.0.1", 0))
      t.fails("socket error: 24 (Too many open files)", S.connect(address))
      t.fails("socket error: 24 (Too many open files)", S.connect("127.0.0.1", port))
      t.fails("accept error: 24 (Too many open files)", S.accept(listener))
      t.fails("socket error: 24 (Too many open files)", S.udpsocket())
      t.fails("socket error: 24 (Too many open files)", S.udpsocket(any))
      t.fails_like("^getaddrinfo: %-%d+ ", S.getaddrinfo("nosuch.invalid"))
    end
    -- What needs no new descriptor goes on.
    t.equal(S.write(client, "x"), 1)
    files[#files]:close()
    local server = assert(S.accept(listener))
    t.equal(S.read(server), "x")
    print("done")
  ]], { descriptors = 20 })
  t.equal(output, "done\n")
end)

t.it("that are not open fail everywhere", function()
  for name, further in pairs(net.takes_descriptor) do
    for _, fd in ipairs { t.descriptors.never_open, -1, -2, -2 ^ 31, 2 ^ 31 - 1 } do
      t.fails(name .. " error: 9 (Bad file descriptor)", S[name](fd, t.unpack(further)))
    end
  end
end)

t.it("that have been closed fail everywhere", function()
  local fd = net.keep(S.udpsocket())
  net.shut(fd)
  for name, further in pairs(net.takes_descriptor) do
    t.fails(name .. " error: 9 (Bad file descriptor)", S[name](fd, t.unpack(further)))
  end
end)

t.it("that do not fit an int are no descriptors", function()
  for name, further in pairs(net.takes_descriptor) do
    for _, fd in ipairs { 2 ^ 31, 2 ^ 32, 2 ^ 32 + 1, -2 ^ 31 - 1, 2 ^ 53, -2 ^ 53 } do
      t.refused_argument(1, name, S[name], fd, t.unpack(further))
    end
  end
end)
