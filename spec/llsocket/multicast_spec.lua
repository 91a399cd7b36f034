-- Multicast, on the loopback interface.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

local groups = { ipv4 = "239.255.77.1", ipv6 = "ff12::7701" }
local sources = { ipv4 = "127.0.0.1", ipv6 = "::1" }

--- A socket that is bound to the wildcard address and a port, and the group at that port.
local function member(family)
  local any = family.name == "ipv4" and "0.0.0.0" or "::"
  local sock = net.keep(L.socket.new(assert(L.inet.getaddrinfo(any, "0", L.SOCK_DGRAM))))
  net.nothing(sock:bind())
  sock:rcvtimeo(0.2)
  local port = tostring(sock:getsockname():addr().port)
  return sock, assert(L.inet.getaddrinfo(groups[family.name], port, L.SOCK_DGRAM))[1]
end

--- A socket that sends by the loopback interface, from the loopback address.
local function sender(family)
  local sock = net.bound(family, L.SOCK_DGRAM)
  t.equal(sock:mcastif("lo"), "lo")
  return sock
end

local function arrives(from, to, ai)
  local sent, err = from:sendto("x", ai)
  t.equal(err, nil)
  t.equal(sent, 1)
  local message, _, _, again = to:recvfrom()
  t.equal(message == "x" or again, true)
  return message == "x"
end

--- The families in which this machine's loopback interface carries multicast. Between two machines it is
--- tested for both in multicast_network_spec.lua.
local routed = {}
t.it("needs a way to the groups", function()
  for _, family in ipairs(net.internet) do
    local _, ai = member(family)
    local sent, err = sender(family):sendto("x", ai)
    if sent then
      routed[#routed + 1] = family
    else
      t.pass_over("multicast by the loopback interface, " .. family.name, err)
    end
  end
end)

net.it("joins and leaves a group", function(family)
  local to, ai = member(family)
  local from = sender(family)
  t.equal(arrives(from, to, ai), false)
  net.nothing(to:mcastjoin(groups[family.name], "lo"))
  t.equal(arrives(from, to, ai), true)
  t.equal(to:mcastjoin(groups[family.name], "lo"), net.message.in_use)
  net.nothing(to:mcastleave(groups[family.name], "lo"))
  t.equal(arrives(from, to, ai), false)
  t.equal(to:mcastleave(groups[family.name], "lo"), "Cannot assign requested address")
end, routed)

net.it("takes a group as an address info", function(family)
  local to, ai = member(family)
  net.nothing(to:mcastjoin(ai, "lo"))
  t.equal(arrives(sender(family), to, ai), true)
  net.nothing(to:mcastleave({ ai }, "lo"))
end, routed)

net.it("blocks and unblocks a source", function(family)
  local to, ai = member(family)
  local from = sender(family)
  local group, source = groups[family.name], sources[family.name]
  net.nothing(to:mcastjoin(group, "lo"))
  net.nothing(to:mcastblocksrc(group, source, "lo"))
  t.equal(arrives(from, to, ai), false)
  net.nothing(to:mcastunblocksrc(group, source, "lo"))
  t.equal(arrives(from, to, ai), true)
end, routed)

net.it("joins and leaves a source", function(family)
  local to, ai = member(family)
  local from = sender(family)
  local group, source = groups[family.name], sources[family.name]
  local other = family.name == "ipv4" and "127.9.9.9" or "fe80::9"
  net.nothing(to:mcastjoinsrc(group, other, "lo"))
  t.equal(arrives(from, to, ai), false)
  net.nothing(to:mcastjoinsrc(group, from:getsockname(), "lo"))
  t.equal(arrives(from, to, ai), true)
  net.nothing(to:mcastleavesrc(group, source, "lo"))
  t.equal(arrives(from, to, ai), false)
  net.nothing(to:mcastleavesrc(group, other, "lo"))
end, routed)

net.it("sends to its own host only if it is told so", function(family)
  local to, ai = member(family)
  local from = sender(family)
  net.nothing(to:mcastjoin(ai, "lo"))
  t.equal(from:mcastloop(), true)
  t.equal(from:mcastttl(), 1)
end, routed)

net.it("leaves the interface to the system", function(family)
  local sock = net.bound(family, L.SOCK_DGRAM)
  net.results({ n = 1, nil }, sock:mcastif())
  t.equal(sock:mcastif("lo"), "lo")
  net.results({ n = 1, nil }, sock:mcastif(""))
  t.fails(net.message.no_device, sock:mcastif("no-such-if"))
  t.fails(net.message.invalid, sock:mcastif("lo\0"))
end, net.internet)

t.it("takes the interface from a scoped group", function()
  if not net.families.ipv6 then
    return
  end
  local to = member(net.families.ipv6)
  net.nothing(to:mcastjoin("ff12::7701%lo"))
  t.equal(to:mcastjoin("ff12::7701", "lo"), net.message.in_use)
end)

t.it("says what is wrong", function()
  local sock = net.bound(net.families.ipv4, L.SOCK_DGRAM)
  t.equal(sock:mcastjoin("127.0.0.1", "lo"), net.message.invalid)
  t.equal(sock:mcastjoin("not an address", "lo"), net.message.invalid)
  t.equal(sock:mcastjoin("239.1.1.1", "no-such-if"), net.message.no_device)
  t.equal(sock:mcastleave("239.1.1.1", "lo"), "Cannot assign requested address")
  t.equal(sock:mcastblocksrc("239.1.1.1", "127.0.0.1", "lo"), net.message.invalid)
  t.fails(net.message.invalid, sock:mcastttl(256))
  t.bad_argument(1, "mcastjoin", "llsocket.addrinfo expected, got table", sock.mcastjoin, sock, {})
  t.bad_argument(2, "mcastjoinsrc", "llsocket.addrinfo expected, got no value", sock.mcastjoinsrc, sock, "239.1.1.1")
end)

t.it("is not for streams and unix sockets", function()
  local others = {
    net.keep(L.socket.new(net.families.ipv4.any())),
    (net.pair(L.SOCK_DGRAM)),
    (net.pair(L.SOCK_STREAM)),
  }
  if net.families.ipv6 then
    others[#others + 1] = net.keep(L.socket.new(net.families.ipv6.any()))
  end
  for _, sock in ipairs(others) do
    for _, name in ipairs { "mcastjoin", "mcastleave" } do
      t.equal(sock[name](sock, "239.1.1.1", "lo"), net.message.not_supported)
    end
    for _, name in ipairs { "mcastjoinsrc", "mcastleavesrc", "mcastblocksrc", "mcastunblocksrc" } do
      t.equal(sock[name](sock, "239.1.1.1", "127.0.0.1", "lo"), net.message.not_supported)
    end
    for name, value in pairs { mcastloop = true, mcastttl = 3, mcastif = "lo" } do
      t.fails(net.message.not_supported, sock[name](sock))
      t.fails(net.message.not_supported, sock[name](sock, value))
    end
    t.fails(net.message.not_supported, sock:mcastif("no-such-if"))
  end
end)
