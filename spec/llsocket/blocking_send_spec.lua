-- Sending on a socket in blocking mode, where the kernel waits until all is taken.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

-- More than any socket takes at once.
local MANY = 8000000

--- A child that connects to where the listener is, receives what comes, and tells how many bytes and
--- descriptors that were. With `few`, it goes after the first bytes.
local function receiver(ai, few)
  local address = ai:addr()
  local where = address.path and ("L.unix.getaddrinfo(%s)"):format(t.process.literal(address.path))
    or ("L.inet.getaddrinfo(%q, '%d')"):format(address.ip, address.port)
  return t.process.start_lua(([[
    local L = require "llsocket"
    local sock = assert(L.socket.new(%s))
    assert(not sock:connect())
    local bytes, fds = 0, 0
    repeat
      local message, err = sock:recvmsg(65536)
      assert(not err, err)
      bytes = bytes + (message and #message.data or 0)
      fds = fds + (message and #message.fds or 0)
    until not message or %s
    print(("%%d %%d"):format(bytes, fds))
  ]]):format(where, tostring(few or false)))
end

--- A socket whose peer receives, and the peer.
local function connection(family, few)
  local listener, ai = net.listening(family)
  local child = receiver(ai, few)
  return net.keep(listener:accept()), child
end

local function received(sock, child)
  net.nothing(sock:close())
  return child:expect("^(%d+ %d+)$")
end

local function expected(bytes, fds)
  return ("%d %d"):format(bytes, fds or 0)
end

net.it("send", function(family)
  local sock, child = connection(family)
  net.results({ n = 3, MANY, nil, false }, sock:send(t.bytes(MANY)))
  net.results({ n = 3, 3, nil, false }, sock:send("abc"))
  t.equal(received(sock, child), expected(MANY + 3))
end)

net.it("sendto", function(family)
  local sock, child = connection(family)
  net.results({ n = 3, MANY, nil, false }, sock:sendto(t.bytes(MANY), sock:getpeername()))
  t.equal(received(sock, child), expected(MANY))
end, net.internet)

net.it("sendmsg, with what goes along once only", function(family)
  local sock, child = connection(family)
  local bytes = t.bytes(MANY / 4)
  local is_unix = family.number == L.AF_UNIX
  local message = { bytes, "", bytes, "abc", bytes, bytes, fds = is_unix and { sock:fd(), sock:fd() } or nil }
  net.results({ n = 3, MANY + 3, nil, false }, sock:sendmsg(message))
  t.equal(received(sock, child), expected(MANY + 3, is_unix and 2 or 0))
end)

net.it("sendfile", function(family)
  local sock, child = connection(family)
  local file = net.file(t.bytes(MANY))
  net.results({ n = 3, MANY - 1, nil, false }, sock:sendfile(file, MANY - 1, 1))
  net.results({ n = 3, MANY - 2, nil, true }, sock:sendfile(file, MANY, 2))
  t.equal(received(sock, child), expected(2 * MANY - 3))
end)

net.it("not all where the peer goes", function(family)
  local sock, child = connection(family, true)
  local sent, err, again = sock:send(t.bytes(MANY))
  t.between(sent, 1, MANY - 1)
  t.same({ err, again }, { nil, true })
  -- TCP may tell first that the peer has cut the connection; then it has gone.
  net.nothing(sock:send("x"))
  child:finish()
end)

t.it("not all where it must not wait", function()
  local sock = net.pair()
  local sent, err, again = sock:send(t.bytes(MANY), L.MSG_DONTWAIT)
  t.between(sent, 1, MANY - 1)
  t.same({ err, again }, { nil, true })
  sock = net.pair(L.SOCK_STREAM, true)
  sent, err, again = sock:sendmsg { t.bytes(MANY) }
  t.between(sent, 1, MANY - 1)
  t.same({ err, again }, { nil, true })
end)

t.it("waits for a datagram socket that is full", function()
  local receiving, ai = net.bound(net.families.unix, L.SOCK_DGRAM)
  local child = t.process.start_lua(([[
    local L = require "llsocket"
    local ai = L.unix.getaddrinfo(%s, L.SOCK_DGRAM)
    local sock = assert(L.socket.new(ai, true))
    while select(3, sock:sendto("x", ai)) ~= true do end
    io.stdout:setvbuf("line")
    print("full")
    sock:nonblock(false)
    print(sock:sendto("last", ai))
  ]]):format(t.process.literal(ai:addr().path)))
  child:expect("full")
  local message
  repeat
    message = receiving:recv()
  until message == "last"
  child:expect("^4\tnil\tfalse$")
end)
