-- socket.new, and what a socket is from its birth.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

net.it("makes a socket for an address info", function(family)
  for _, socktype in ipairs { L.SOCK_STREAM, L.SOCK_DGRAM } do
    local ai = family.any(socktype)
    local sock = net.keep(L.socket.new(ai))
    t.integer(sock:fd())
    t.equal(sock:family(), family.number)
    t.equal(sock:socktype(), socktype)
    t.equal(sock:protocol(), ai:protocol())
    t.equal(sock:nonblock(), false)
    t.equal(sock:cloexec(), true)
    t.equal(t.descriptors.close_on_exec(sock:fd()), true)
  end
end)

t.it("makes a socket in non-blocking mode", function()
  local ai = net.families.ipv4.any()
  t.equal(net.keep(L.socket.new(ai, true)):nonblock(), true)
  t.equal(net.keep(L.socket.new(ai, false)):nonblock(), false)
  t.equal(net.keep(L.socket.new(ai, nil)):nonblock(), false)
  t.bad_argument(2, "new", "boolean expected, got number", L.socket.new, ai, 1)
end)

t.it("takes a list, of which the first entry counts", function()
  local list = assert(L.inet.getaddrinfo("127.0.0.1", "0"))
  t.equal(net.keep(L.socket.new(list)):family(), L.AF_INET)
  t.bad_argument(1, "new", "llsocket.addrinfo expected, got table", L.socket.new, {})
  t.bad_argument(1, "new", "llsocket.addrinfo expected, got table", L.socket.new, { "x" })
  t.bad_argument(1, "new", "llsocket.addrinfo expected, got string", L.socket.new, "127.0.0.1")
  t.bad_argument(1, "new", "llsocket.addrinfo expected, got no value", L.socket.new)
end)

t.it("tells what the system has made of the protocol", function()
  local ai = assert(L.inet.getaddrinfo("127.0.0.1", "0", L.SOCK_STREAM, 0))[1]
  t.equal(net.keep(L.socket.new(ai)):protocol(), L.IPPROTO_TCP)
end)

t.it("fails with what the system does not have", function()
  t.fails("Socket type not supported", L.socket.new(assert(L.unix.getaddrinfo("/tmp/x", L.SOCK_RDM))))
  t.fails("Protocol not supported", L.socket.new(assert(L.unix.getaddrinfo("/tmp/x", L.SOCK_STREAM, 99))))
end)

t.it("leaks nothing when the process may open no more", function()
  local output = t.process.run_lua([[
    local L = require "llsocket"
    local ai = L.inet.getaddrinfo("127.0.0.1", "0")[1]
    local kept, message = {}, nil
    repeat
      local sock, err = L.socket.new(ai)
      kept[#kept + 1] = sock
      message = err
    until not sock
    print(message)
    print(select(2, L.socket.pair(L.SOCK_STREAM)))
    kept[1]:close()
    print(select(2, L.socket.pair(L.SOCK_STREAM)))
    print(L.socket.new(ai) ~= nil)
  ]], { descriptors = 20 })
  t.equal(output, ("Too many open files\n"):rep(3) .. "true\n")
end)
