-- An empty datagram is a datagram, not the end of anything.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("is sent, and received with its sender", function(family)
  local receiver, address = net.datagram(family)
  local sender, from = net.datagram(family)
  t.equal(S.sendto(sender, address, ""), 0)
  t.equal(S.sendto(sender, address, "next"), 4)
  t.same(t.pack(S.recvfrom(receiver)), { n = 2, "", from })
  t.same(t.pack(S.recvfrom(receiver)), { n = 2, "next", from })
  t.fails("recvfrom timeout", S.recvfrom(receiver, 0))
end)

net.it("is seen by read and by poll", function(family)
  local receiver, address = net.datagram(family)
  local sender = net.datagram(family)
  t.equal(S.sendto(sender, address, ""), 0)
  local entries, count = S.poll(S.pollfd(receiver, S.POLLIN), 5000)
  t.equal(count, 1)
  t.equal(S.unpollfds(entries)[1].revents, S.POLLIN)
  t.equal(S.read(receiver, 0), "")
  t.fails("read timeout", S.read(receiver, 0))
end)
