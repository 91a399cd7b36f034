-- getfd, setfd and close.

local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"

net.it("close is true both times, and the descriptor is gone", function(family)
  local client, server = net.pair(family)
  local fd = client:getfd()
  t.integer(fd)
  t.same(t.pack(client:close()), t.pack(true))
  t.same(t.pack(client:close()), t.pack(true))
  t.equal(client:getfd(), -1)
  t.same(t.descriptors.difference({ fd }, t.descriptors.open()), { fd })
  t.equal(net.readable(server):recv(), nil)
end)

t.it("setfd(-1) gives the descriptor up, which stays open", function()
  local client, server = net.pair(net.families.unix)
  local fd = client:getfd()
  t.equal(client:setfd(-1), true)
  t.equal(client:getfd(), -1)
  t.same(t.pack(client:close()), t.pack(true))
  t.same(t.descriptors.difference({ fd }, t.descriptors.open()), {})
  t.equal(server:recv(), false)
  t.fails("Bad file descriptor", client:send("x"))
  t.equal(client:setfd(-1), true)
  -- Nobody owns it now but this spec; minisock closes numbers.
  t.equal(require("minisock").close(fd), true)
  t.equal(net.readable(server):recv(), nil)
end)

t.it("setfd takes nothing but -1", function()
  local socket = net.listen(net.families.inet)
  local fd = socket:getfd()
  for _, number in ipairs { 0, 1, fd, -2, 2 ^ 31, 2 ^ 32 - 1, -2 ^ 53 } do
    t.fails("bad argument #1 to 'setfd' (invalid fd)", socket:setfd(number))
  end
  t.equal(socket:getfd(), fd)
  t.bad_argument(1, "setfd", "number expected, got no value", socket.setfd, socket)
  t.bad_argument(1, "setfd", "number has no integer representation", socket.setfd, socket, -1.5)
end)

t.it("a closed socket does not touch a descriptor that another has been given", function()
  local closed = net.datagram(net.families.inet)
  local fd = closed:getfd()
  closed:close()
  local other = net.datagram(net.families.inet)
  t.equal(other:getfd(), fd)
  local _, port = net.address(other)
  t.equal(other:sendto("kept", "127.0.0.1", port), 4)
  for name, arguments in pairs(net.methods) do
    if name ~= "info" and name ~= "getfd" and name ~= "setfd" and name ~= "close" then
      t.fails("Bad file descriptor", closed[name](closed, t.unpack(arguments)))
    else
      closed[name](closed, t.unpack(arguments))
    end
  end
  t.equal(net.readable(other):recv(), "kept")
  t.equal(other:getfd(), fd)
end)

t.it("every descriptor is close-on-exec and in non-blocking mode", function()
  for _, family in ipairs(net.families) do
    local client, server = net.pair(family)
    for _, socket in ipairs { client, server, net.listen(family), net.datagram(family) } do
      t.equal(t.descriptors.close_on_exec(socket:getfd()), true)
      local info = assert(io.open("/proc/self/fdinfo/" .. socket:getfd()))
      local flags = tonumber(info:read("*a"):match("flags:%s*(%d+)"), 8)
      info:close()
      local O_NONBLOCK = tonumber("4000", 8)
      t.equal(math.floor(flags / O_NONBLOCK) % 2, 1)
    end
  end
end)

t.it("descriptors may be used up", function()
  local output = t.process.run_lua([[
    local lsocket = require "lsocket"
    local t = require "spec.support"
    local listener = assert(lsocket.bind("127.0.0.1", 0))
    local port = listener:info("socket").port
    local client = assert(lsocket.connect("127.0.0.1", port))
    lsocket.select({ listener }, 5)
    local files = {}
    repeat
      local file = io.open("/dev/null")
      files[#files + 1] = file
    until not file
    for _ = 1, 3 do
      t.fails("Too many open files", lsocket.bind("127.0.0.1", 0))
      t.fails("Too many open files", lsocket.bind("mcast", "224.0.0.1", 0))
      t.fails("Too many open files", lsocket.connect("127.0.0.1", port))
      t.fails("Too many open files", listener:accept())
      t.fails_like(".", lsocket.resolve("nosuch.invalid"))
    end
    files[#files]:close()
    t.equal(type(listener:accept()), "userdata")
    print("done")
  ]], { descriptors = 20 })
  t.equal(output, "done\n")
end)
