-- socket.pair.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

t.it("makes two sockets that are connected", function()
  for _, socktype in ipairs { L.SOCK_STREAM, L.SOCK_DGRAM, L.SOCK_SEQPACKET } do
    local pair = assert(L.socket.pair(socktype))
    t.equal(#pair, 2)
    local one, two = net.keep(pair[1]), net.keep(pair[2])
    for _, sock in ipairs(pair) do
      t.equal(sock:socktype(), socktype)
      t.equal(sock:family(), L.AF_UNIX)
      t.equal(sock:nonblock(), false)
      t.equal(t.descriptors.close_on_exec(sock:fd()), true)
    end
    net.results({ n = 3, 3, nil, false }, one:send("abc"))
    t.equal(two:recv(), "abc")
    t.equal(two:send("xyz"), 3)
    t.equal(one:recv(), "xyz")
    t.same(one:getpeername():addr(), { path = "" })
  end
end)

t.it("makes them in non-blocking mode", function()
  local one, two = net.pair(L.SOCK_STREAM, true)
  t.equal(one:nonblock(), true)
  t.equal(two:nonblock(), true)
  net.results({ n = 3, nil, nil, true }, one:recv())
end)

t.it("fails with what the system does not have", function()
  t.fails("Socket type not supported", L.socket.pair(L.SOCK_RDM))
  t.fails("Protocol not supported", L.socket.pair(L.SOCK_STREAM, false, 99))
end)

t.it("has nothing to bind to of its own", function()
  local sock = net.pair()
  t.bad_argument(1, "bind", "llsocket.addrinfo expected, got no value", sock.bind, sock)
end)
