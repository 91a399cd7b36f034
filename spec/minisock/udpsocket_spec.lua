local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

t.it("makes an unbound IPv4 socket without an address", function()
  for _, arguments in ipairs { t.pack(), t.pack(nil), t.pack("") } do
    local results = t.pack(S.udpsocket(t.unpack(arguments)))
    local fd = net.keep(t.unpack(results))
    t.equal(results.n, 1)
    t.equal(S.getsockname(fd), "\2\0" .. ("\0"):rep(14))
  end
end)

if net.families.ipv6 then
  t.it('makes an unbound IPv6 socket for "\\10"', function()
    local fd = net.keep(S.udpsocket("\10"))
    local address = S.getsockname(fd)
    t.equal(#address, 28)
    t.equal(S.parseaddr(address).family, "inet6")
    t.equal(S.parseaddr(address).port, 0)
  end)
end

net.it("makes a socket that is bound to the address", function(family)
  local receiver, address = net.datagram(family)
  local sender = net.datagram(family)
  t.equal(S.sendto(sender, address, "here"), 4)
  t.equal((S.recvfrom(receiver)), "here")
end)

net.it("refuses an address that is in use", function(family)
  local _, address = net.datagram(family)
  t.fails("bind error: 98 (Address already in use)", S.udpsocket(address))
end)

t.it("names what the system says", function()
  t.fails("bind error: 99 (Cannot assign requested address)", S.udpsocket(S.ipv4addr("192.0.2.1", 0)))
end)

t.it("refuses what is no address", function()
  for _, bytes in ipairs { "\2", "\0", "\1", "\255", "\2\0", "\10\0", "\10\0\0\0", "no address", "\0\0\0\0" } do
    t.fails_like("^udpsocket error: %d+ %(", S.udpsocket(bytes))
  end
end)

t.it("raises where the address is no string", function()
  t.bad_argument(1, "udpsocket", "string expected, got table", S.udpsocket, {})
  t.bad_argument(1, "udpsocket", "string expected, got boolean", S.udpsocket, false)
end)
