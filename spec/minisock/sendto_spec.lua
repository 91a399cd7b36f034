local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("sends one datagram and returns its length", function(family)
  local receiver, address = net.datagram(family)
  local sender, from = net.datagram(family)
  local bytes = net.bytes(1000)
  local results = t.pack(S.sendto(sender, address, bytes))
  t.same(results, { n = 1, 1000 })
  t.equal(S.sendto(sender, address, "second"), 6)
  local message, address_seen = S.recvfrom(receiver)
  t.equal(message, bytes)
  t.equal(address_seen, from)
  t.equal((S.recvfrom(receiver)), "second")
end)

net.it("may send more than recvfrom returns", function(family)
  local _, address = net.datagram(family)
  local sender = net.datagram(family)
  t.equal(S.sendto(sender, address, net.bytes(3 * S.UDPMAXSIZE)), 3 * S.UDPMAXSIZE)
end)

local internet = {}
for _, host in ipairs(net.hosts) do
  internet[#internet + 1] = net.families[host.name]
end

net.it("says that a datagram is larger than any", function(family)
  local _, address = net.datagram(family)
  local sender = net.datagram(family)
  t.fails("sendto error: 90 (Message too long)", S.sendto(sender, address, net.bytes(70000)))
end, internet)

net.it("sends from an unbound socket, which has a port from then on", function(family)
  local receiver, address = net.datagram(family)
  local sender = net.keep(S.udpsocket(family.name == "ipv6" and "\10" or ""))
  t.equal(S.sendto(sender, address, "x"), 1)
  local _, from = S.recvfrom(receiver)
  t.equal(S.parseaddr(from).port, S.parseaddr(S.getsockname(sender)).port)
  t.between(S.parseaddr(from).port, 1, 65535)
end, internet)

t.it("names what the system says", function()
  local udp, address = net.datagram(net.families.ipv4)
  t.fails("sendto error: 22 (Invalid argument)", S.sendto(udp, S.ipv4addr("127.0.0.1", 0), "x"))
  t.fails("sendto error: 97 (Address family not supported by protocol)",
    S.sendto(udp, S.ipv6addr("::1", 9), "x"))
  local unix = net.datagram(net.families.unix)
  t.fails("sendto error: 2 (No such file or directory)", S.sendto(unix, S.unixaddr(t.temporary_path()), "x"))
  t.fails("sendto error: 22 (Invalid argument)", S.sendto(unix, address, "x"))
  local gone, gone_address = net.datagram(net.families.unix)
  net.shut(gone)
  t.fails("sendto error: 111 (Connection refused)", S.sendto(unix, gone_address, "x"))
end)

t.it("raises where an argument is of another type", function()
  local udp, address = net.datagram(net.families.ipv4)
  t.bad_argument(1, "sendto", "number expected, got no value", S.sendto)
  t.bad_argument(1, "sendto", "number expected, got nil", S.sendto, nil, address, "x")
  t.bad_argument(2, "sendto", "string expected, got no value", S.sendto, udp)
  t.bad_argument(2, "sendto", "string expected, got nil", S.sendto, udp, nil, "x")
  t.bad_argument(3, "sendto", "string expected, got no value", S.sendto, udp, address)
  t.bad_argument(3, "sendto", "string expected, got boolean", S.sendto, udp, address, true)
end)
