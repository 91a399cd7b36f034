-- sock:sendfile.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

local content = t.bytes(1000)

net.it("sends a part of a file", function(family)
  local client, server = net.connected(family)
  local file = net.file(content)
  net.results({ n = 3, 100, nil, false }, client:sendfile(file, 100, 0))
  t.equal(server:recv(), content:sub(1, 100))
  net.results({ n = 3, 50, nil, false }, client:sendfile(file, 50, 10))
  t.equal(server:recv(), content:sub(11, 60))
end)

t.it("takes the number of a descriptor", function()
  local one, two = net.pair()
  local path = select(2, net.file(content))
  local fd, file = t.descriptors.opened_by(function()
    return assert(io.open(path, "rb"))
  end)
  t.equal(one:sendfile(fd, 100, 900), 100)
  t.equal(two:recv(), content:sub(901))
  file:close()
  net.results({ n = 3, nil, net.message.bad_descriptor, false }, one:sendfile(fd, 100, 0))
end)

t.it("begins at the first byte each time", function()
  local one, two = net.pair()
  local file, path = net.file("first line\nsecond line\n")
  t.equal(file:read("*l"), "first line")
  for _ = 1, 2 do
    net.results({ n = 3, 5, nil, false }, one:sendfile(file, 5))
    t.equal(two:recv(), "first")
  end
  t.equal(file:read("*l"), "second line")
  local fd, other = t.descriptors.opened_by(function()
    return assert(io.open(path, "rb"))
  end)
  for _ = 1, 2 do
    net.results({ n = 3, 23, nil, true }, one:sendfile(fd, 100))
    t.equal(two:recv(), "first line\nsecond line\n")
  end
  other:close()
end)

t.it("leaves the position alone when there is an offset", function()
  local one, two = net.pair()
  local file = net.file("first line\nsecond line\n")
  t.equal(file:read("*l"), "first line")
  t.equal(one:sendfile(file, 5, 0), 5)
  t.equal(two:recv(), "first")
  t.equal(file:read("*l"), "second line")
end)

t.it("sends what has been written, also what Lua has not written yet", function()
  local one, two = net.pair()
  local file = net.file("")
  assert(file:setvbuf("full", 65536))
  assert(file:write("not flushed"))
  t.equal(one:sendfile(file, 100, 0), 11)
  t.equal(two:recv(), "not flushed")
end)

t.it("says that there is more, and when there is no more", function()
  local one, two = net.pair()
  local file = net.file("abc")
  net.results({ n = 3, 3, nil, true }, one:sendfile(file, 10))
  net.results({ n = 3, 0, nil, false }, one:sendfile(file, 10, 3))
  t.equal(two:recv(), "abc")
end)

t.it("sends nothing where it is to send no bytes, whatever becomes of the connection", function()
  local file = net.file("abc")
  local function sends_nothing(sock)
    for _, offset in ipairs { false, 0, 3, 10 } do
      net.results({ n = 3, 0, nil, false }, sock:sendfile(file, 0, offset or nil))
    end
    net.results({ n = 3, nil, net.message.bad_descriptor, false }, sock:sendfile(-1, 0))
  end
  local one, two = net.pair(L.SOCK_STREAM, true)
  sends_nothing(one)
  repeat
    local length = one:send(("x"):rep(100000))
  until length == 0
  one:nonblock(false)
  sends_nothing(one)
  two:close()
  sends_nothing(one)
  sends_nothing(net.keep(L.socket.new(net.families.ipv4.any())))
end)

t.it("says that it may be tried again", function()
  local one = net.pair(L.SOCK_STREAM, true)
  local file = net.file(t.bytes(4000000))
  local sent, _, again = one:sendfile(file, 4000000, 0)
  t.between(sent, 1, 3999999)
  t.equal(again, true)
  net.results({ n = 3, 0, nil, true }, one:sendfile(file, 4000000, sent))
end)

t.it("has nothing when the peer has gone, and the process lives", function()
  local one, two = net.pair()
  two:close()
  local file = net.file(content)
  net.nothing(one:sendfile(file, 100, 0))
  net.nothing(one:sendfile(file, 100, 0))
end)

t.it("waits no longer than it is told", function()
  local one = net.pair()
  one:sndtimeo(0.1)
  local file = net.file(t.bytes(4000000))
  local took = t.timed(function()
    repeat
      local sent, err = one:sendfile(file, 4000000, 0)
      t.equal(err, nil)
    until sent == 0
  end)
  t.between(took, 0.1 - t.grain, t.at_once)
end)

t.it("refuses what is no file", function()
  local one, two = net.pair()
  net.results({ n = 3, nil, "Illegal seek", false }, one:sendfile(two, 10))
  local file = net.file(content)
  file:close()
  t.bad_argument(1, "sendfile", "attempt to use a closed file", one.sendfile, one, file, 1)
  t.bad_argument(1, "sendfile", "number expected, got table", one.sendfile, one, {}, 1)
  t.bad_argument(2, "sendfile", "size out of range", one.sendfile, one, 0, -1)
  t.bad_argument(3, "sendfile", "offset out of range", one.sendfile, one, 0, 1, -1)
  net.results({ n = 3, nil, net.message.bad_descriptor, false }, one:sendfile(-1, 1))
end)

t.it("sends a large file whole", function()
  local client, server = net.connected(net.families.ipv4)
  local size = 3000000
  local file = net.file(t.bytes(size))
  client:nonblock(true)
  local offset, parts = 0, {}
  repeat
    local sent, err, again = client:sendfile(file, size - offset, offset)
    t.equal(err, nil)
    offset = offset + sent
    parts[#parts + 1] = server:recv(1000000, L.MSG_DONTWAIT)
  until not again
  t.equal(offset, size)
  client:close()
  parts[#parts + 1] = net.receive_all(server)
  t.equal(table.concat(parts) == t.bytes(size), true)
end)
