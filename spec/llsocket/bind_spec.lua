-- sock:bind, sock:listen, sock:getsockname.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

net.it("binds to the address that it was made from", function(family)
  local ai = family.any()
  local sock = net.keep(L.socket.new(ai))
  net.nothing(sock:bind())
  local bound = assert(sock:getsockname())
  t.equal(bound:family(), family.number)
  t.equal(bound:socktype(), L.SOCK_STREAM)
  if family.number == L.AF_UNIX then
    t.same(bound:addr(), ai:addr())
  else
    t.equal(bound:addr().ip, ai:addr().ip)
    t.between(bound:addr().port, 1, 65535)
  end
end)

net.it("binds to another one", function(family)
  local _, ai = net.bound(family, L.SOCK_DGRAM)
  local other = family.any(L.SOCK_DGRAM)
  local sock = net.keep(L.socket.new(ai))
  t.equal(sock:bind(), net.message.in_use)
  net.nothing(sock:bind(other))
  local list = { family.any(L.SOCK_DGRAM) }
  net.nothing(net.keep(L.socket.new(ai)):bind(list[1][1] and list[1] or list))
end)

t.it("says what is wrong", function()
  local sock = net.keep(L.socket.new(assert(L.unix.getaddrinfo("/no/such/folder/x"))))
  t.equal(sock:bind(), "No such file or directory")
end)

t.it("listens with a queue of the length that it is told", function()
  local sock = net.bound(net.families.ipv4)
  net.nothing(sock:listen())
  t.equal(sock:acceptconn(), true)
  net.nothing(sock:listen(1))
  for _, backlog in ipairs { 0, -1, 2 ^ 31 } do
    t.bad_argument(1, "listen", "backlog out of range", sock.listen, sock, backlog)
  end
  t.equal(net.bound(net.families.ipv4, L.SOCK_DGRAM):listen(), net.message.not_supported)
end)
