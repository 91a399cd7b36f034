-- What older libraries got wrong in failing.

local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

t.it("a failure's text is that of its own call, whatever failed before", function()
  local used = net.listen(net.families.inet)
  local _, port = net.address(used)
  local closed = net.datagram(net.families.inet)
  closed:close()
  for _ = 1, 3 do
    t.fails("Address already in use", lsocket.bind("127.0.0.1", port))
    t.fails("Name or service not known", lsocket.resolve(""))
    t.fails("multicast not available for unix domain sockets.", lsocket.bind("mcast", "@x"))
    t.fails("No such file or directory", lsocket.connect("/no/such/socket"))
    t.fails("Name or service not known", lsocket.connect("", 80))
    t.fails("bad argument #1 to 'setfd' (invalid fd)", used:setfd(5))
    t.fails("Bad file descriptor", closed:send("x"))
    t.fails("no open sockets to check and no timeout set", lsocket.select { closed })
    t.equal(used:status(), true)
  end
end)

local function resident_kilobytes()
  local file = assert(io.open("/proc/self/status"))
  local text = file:read("*a")
  file:close()
  return tonumber(text:match("VmRSS:%s*(%d+)"))
end

t.it("what the system lists is freed", function()
  local function list()
    for _ = 1, 500 do
      lsocket.resolve("localhost")
      lsocket.getinterfaces()
      lsocket.bind("no-such-name.invalid\0", 0)
    end
    collectgarbage()
    collectgarbage()
    return resident_kilobytes()
  end
  list()
  local before = list()
  -- A list left over is 100 bytes at least, three thousand of them.
  t.between(list() - before, -1e9, 150)
end)

t.it("an IPv6 or unix address fits wherever an address is told", function()
  for _, family in ipairs(net.families) do
    local receiver, sender = net.datagram(family), net.datagram(family)
    local host, port = net.address(receiver)
    t.equal(sender:sendto("x", host, port), 1)
    local data, from, from_port = net.readable(receiver):recvfrom()
    t.same({ data, from, from_port }, { "x", net.address(sender) })
    local connected = net.keep(lsocket.connect("udp", host, port))
    t.same(t.pack(connected:info("peer").addr, connected:info("peer").port), t.pack(host, port))
  end
end)
