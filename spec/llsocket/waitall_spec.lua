-- How much a receive waits for on a stream in blocking mode: MSG_WAITALL and SO_RCVLOWAT.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

--- A socket to which a child sends the pieces, one after the other; the first is there already.
local function sending(family, pieces, and_then)
  local listener, ai = net.listening(family)
  local address = ai:addr()
  local where = address.path and ("L.unix.getaddrinfo(%s)"):format(t.process.literal(address.path))
    or ("L.inet.getaddrinfo(%q, '%d')"):format(address.ip, address.port)
  t.process.start_lua(([[
    local L = require "llsocket"
    local minisock = require "minisock"
    local sock = assert(L.socket.new(%s))
    assert(not sock:connect())
    for piece in ("%s"):gmatch("[^ ]+") do
      assert(sock:send(piece))
      minisock.msleep(60)
    end
    %s
    minisock.msleep(60000)
  ]]):format(where, pieces, and_then or ""))
  local sock = net.keep(listener:accept())
  t.equal(#sock:recv(3, L.MSG_PEEK), 3)
  return sock
end

net.it("all, with MSG_WAITALL", function(family)
  local sock = sending(family, "abc de fghi")
  t.equal(sock:recv(6, L.MSG_WAITALL), "abcdef")
  t.equal((sock:recvfrom(2, L.MSG_WAITALL)), "gh")
end)

net.it("all of a message, with MSG_WAITALL", function(family)
  local sock = sending(family, "abc de fghi")
  local message = assert(sock:recvmsg(6, 0, L.MSG_WAITALL))
  t.same({ message.data, message.truncated, message.control }, { "abcdef", false, {} })
end)

net.it("what there is at the end of the stream", function(family)
  local sock = sending(family, "abc de", "sock:shutdown(L.SHUT_WR)")
  t.equal(sock:recv(6, L.MSG_WAITALL), "abcde")
  net.nothing(sock:recv(6, L.MSG_WAITALL))
end)

net.it("what there is when the time is over", function(family)
  local sock = sending(family, "abc")
  sock:rcvtimeo(0.1)
  local took = t.timed(function()
    t.equal(sock:recv(6, L.MSG_WAITALL), "abc")
  end)
  t.between(took, 0.1 - t.grain, t.at_once)
  net.results({ n = 3, nil, nil, true }, sock:recv(6, L.MSG_WAITALL))
end)

t.it("what there is where it must not wait", function()
  local sock = sending(net.families.ipv4, "abc")
  t.equal(sock:recv(6, L.MSG_WAITALL, L.MSG_PEEK, L.MSG_DONTWAIT), "abc")
  sock:nonblock(true)
  t.equal(sock:recv(6, L.MSG_WAITALL), "abc")
end)

net.it("all of a look", function(family)
  local sock = sending(family, "abc def")
  t.equal(sock:recv(6, L.MSG_WAITALL, L.MSG_PEEK), "abcdef")
  t.equal(sock:recv(6), "abcdef")
end, net.internet)

t.it("nothing more for a look at a unix stream, as the kernel has it", function()
  local sock = sending(net.families.unix, "abc")
  t.equal(sock:recv(6, L.MSG_WAITALL, L.MSG_PEEK), "abc")
end)

net.it("a look ends at the end of the stream and of the time", function(family)
  local sock = sending(family, "abc de", "sock:shutdown(L.SHUT_WR)")
  t.equal(sock:recv(6, L.MSG_WAITALL, L.MSG_PEEK), "abcde")
  sock = sending(family, "abc")
  sock:rcvtimeo(0.1)
  t.equal(sock:recv(6, L.MSG_WAITALL, L.MSG_PEEK), "abc")
end, net.internet)

t.it("no further than urgent data", function()
  local sock = sending(net.families.ipv4, "abc de", "sock:send('!', L.MSG_OOB) sock:send('fghi')")
  t.equal(sock:recv(8, L.MSG_WAITALL), "abcde")
  t.equal(sock:recv(4, L.MSG_WAITALL), "fghi")
end)

t.it("one message of a socket that has messages", function()
  for _, socktype in ipairs { L.SOCK_DGRAM, L.SOCK_SEQPACKET } do
    local one, two = net.pair(socktype)
    one:send("abc")
    one:send("def")
    t.equal(two:recv(6, L.MSG_WAITALL), "abc")
  end
end)

t.it("a large receive, in one call", function()
  local one, two = net.pair()
  local bytes = t.bytes(1000000)
  local path = t.temporary_path()
  local file = assert(io.open(path, "wb"))
  assert(file:write(bytes))
  file:close()
  local listener, ai = net.listening(net.families.ipv4)
  local child = t.process.start_lua(([[
    local L = require "llsocket"
    local sock = assert(L.socket.new(L.inet.getaddrinfo("127.0.0.1", "%d")))
    assert(not sock:connect())
    local file = io.open(%q, "rb")
    assert(sock:send(file:read("*a")))
  ]]):format(ai:addr().port, path))
  local sock = net.keep(listener:accept())
  t.equal(sock:recv(#bytes, L.MSG_WAITALL) == bytes, true)
  child:finish()
end)

net.it("as much as the low-water mark says", function(family)
  local sock = sending(family, "abc defg hij")
  t.equal(sock:recv(3), "abc")
  t.equal(sock:rcvlowat(6), 6)
  t.matches(sock:recv(100), "^defghi")
end)

t.it("no more than is asked for, whatever the low-water mark says", function()
  local one, two = net.pair()
  two:rcvlowat(6)
  one:send("abc")
  t.equal(two:recv(3), "abc")
  two:rcvtimeo(0.1)
  one:send("abc")
  t.equal(two:recv(4), "abc")
end)

t.it("as much as the low-water mark of a duplicate says", function()
  local sock = sending(net.families.unix, "abc def")
  net.keep(sock:dup()):rcvlowat(6)
  t.equal(sock:recv(100), "abcdef")
end)

net.it("as much and as long as the kernel lets a connection inherit from its listener", function(family)
  local listener, ai = net.listening(family)
  listener:rcvlowat(6)
  listener:rcvtimeo(0.1)
  local client = net.keep(L.socket.new(ai))
  net.nothing(client:connect())
  local server = net.keep(listener:accept())
  local is_internet = family.host ~= nil
  t.equal(server:rcvlowat(), is_internet and 6 or 1)
  t.equal(server:rcvtimeo() > 0, is_internet)
  client:send("abc")
  local took = t.timed(function()
    t.equal(server:recv(100), "abc")
  end)
  t.between(took, is_internet and 0.1 - t.grain or 0, is_internet and t.at_once or 0.1 - t.grain)
end)
