local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

t.it("returns what is ready, in the order given, each entry as it was given", function()
  local client, server = net.pair(net.families.ipv4)
  local receiver = net.datagram(net.families.ipv4)
  t.equal(receiver:sendto("x", net.arguments(receiver:getsockname())), true)
  client:write("x")
  t.same(t.pack(S.select({ server }, {}, 5)), { n = 2, { server }, {} })
  local read, write, message = S.select(
    { client, server, client:fileno(), server:fileno(), receiver, receiver:fileno() },
    { receiver:fileno(), server, client:fileno() })
  t.equal(message, nil)
  t.equal(#read, 4)
  t.equal(read[1], server)
  t.equal(read[2], server:fileno())
  t.equal(read[3], receiver)
  t.equal(read[4], receiver:fileno())
  t.equal(#write, 3)
  t.equal(write[1], receiver:fileno())
  t.equal(write[2], server)
  t.equal(write[3], client:fileno())
end)

t.it("says that the time is over", function()
  local client = net.pair(net.families.ipv4)
  for _, seconds in ipairs { 0, 0.02, 0.3 } do
    local elapsed = t.timed(function()
      t.same(t.pack(S.select({ client }, {}, seconds)), { n = 3, nil, nil, S.ERROR_TIMEOUT })
    end)
    t.between(elapsed, seconds - t.grain, seconds + 1)
  end
  t.same(t.pack(S.select({}, {}, 0)), { n = 3, nil, nil, S.ERROR_TIMEOUT })
  t.same(t.pack(S.select(nil, nil, 0)), { n = 3, nil, nil, S.ERROR_TIMEOUT })
end)

t.it("waits without a limit where no time-out is given", function()
  local listener = net.listen()
  local child = t.process.start_lua(([[
    local S = require "ssocket"
    S.select({}, {}, 0.2)
    local socket = S.tcp()
    assert(socket:connect("127.0.0.1", %d))
  ]]):format(listener:getsockname()[2]))
  for _, timeout in ipairs { false, -1 } do
    local read = S.select({ listener }, nil, timeout or nil)
    t.same(read, { listener })
  end
  child:finish()
end)

t.it("counts a socket with bytes in its buffer as readable at once", function()
  local client, server = net.pair(net.families.ipv4)
  local idle = net.pair(net.families.ipv4)
  client:write("one\ntwo\n")
  t.equal(server:readuntil("\n")(), "one")
  for _, timeout in ipairs { -1, 0, 10 } do
    local elapsed = t.timed(function()
      t.same({ S.select({ idle, server }, { client }, timeout) }, { { server }, { client } })
    end)
    t.between(elapsed, 0, 1)
    t.same({ S.select({ idle, server }, nil, timeout) }, { { server }, {} })
  end
  -- Its number says nothing of the buffer.
  t.same(t.pack(S.select({ server:fileno() }, {}, 0)), { n = 3, nil, nil, S.ERROR_TIMEOUT })
  t.equal(server:read(4), "two\n")
  t.same(t.pack(S.select({ server }, {}, 0)), { n = 3, nil, nil, S.ERROR_TIMEOUT })
end)

t.it("counts the end of a stream as readable", function()
  local client, server = net.pair(net.families.unix)
  client:close()
  t.same({ S.select({ server }, {}, 5) }, { { server }, {} })
end)

t.it("says that a descriptor is closed", function()
  local client, server = net.pair(net.families.ipv4)
  client:close()
  for _, list in ipairs { { client }, { server, client }, { -1 }, { t.descriptors.never_open } } do
    t.same(t.pack(S.select(list, {}, 0)), { n = 3, nil, nil, S.ERROR_CLOSED })
    t.same(t.pack(S.select(nil, list, 0)), { n = 3, nil, nil, S.ERROR_CLOSED })
  end
end)

t.it("watches descriptors above 1023, and many", function()
  local listener = net.listen(net.families.abstract, 2000)
  local output = t.process.run_lua(([[
    local S = require "ssocket"
    local sockets, numbers = {}, {}
    for index = 1, 1100 do
      sockets[index] = S.udp()
      assert(sockets[index]:bind("127.0.0.1", 0))
      numbers[index] = sockets[index]:fileno()
    end
    local last = sockets[1100]
    assert(last:fileno() > 1023)
    assert(last:sendto("x", "127.0.0.1", last:getsockname()[2]))
    local read = S.select(sockets, {}, 5)
    assert(#read == 1 and read[1] == last)
    read = S.select(numbers, {}, 5)
    assert(#read == 1 and read[1] == last:fileno())
    print("done")
  ]]), { descriptors = 2048 })
  t.equal(output, "done\n")
  listener:close()
end)

t.it("raises where an argument is wrong", function()
  t.bad_argument(1, "select", "table expected, got number", S.select, 1, {})
  t.bad_argument(2, "select", "table expected, got boolean", S.select, {}, true)
  t.bad_argument(3, "select", "number expected, got table", S.select, {}, {}, {})
  t.bad_argument(3, "select", "time-out is not a number", S.select, {}, {}, 0 / 0)
  for _, value in ipairs { "1", true, {}, 1.5, print, io.stdout } do
    t.bad_argument(1, "select", "list of descriptors or sockets expected", S.select, { value }, {})
    t.bad_argument(2, "select", "list of descriptors or sockets expected", S.select, {}, { value })
  end
end)
