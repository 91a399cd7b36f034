-- Constants: the system's numbers, and those of the registries where it has none.

local L = require "llsocket"
local t = require "spec.support"

local known = {
  AF_UNSPEC = 0, AF_UNIX = 1, AF_LOCAL = 1, AF_INET = 2, AF_INET6 = 10,
  SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_RDM = 4, SOCK_SEQPACKET = 5,
  SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2,
  IPPROTO_IP = 0, IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_IPV6 = 41,
  IPPROTO_RAW = 255,
  -- The registry of protocol numbers.
  IPPROTO_GGP = 3, IPPROTO_IPV4 = 4, IPPROTO_IPIP = 4, IPPROTO_ST = 5 + 2, IPPROTO_3PC = 34,
  IPPROTO_SDRP = 42, IPPROTO_IL = 40, IPPROTO_OSPFIGP = 89, IPPROTO_ETHERIP = 97,
  IPPROTO_IPCOMP = 108, IPPROTO_PGM = 113, IPPROTO_SCTP = 132,
  -- The BSD headers.
  IPPROTO_DIVERT = 258,
  MSG_OOB = 1, MSG_PEEK = 2, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000,
}

t.it("has the numbers that everybody knows", function()
  for name, number in pairs(known) do
    if L[name] ~= number then
      error(name .. " is " .. tostring(L[name]))
    end
  end
end)

t.it("has something for flags of other systems", function()
  t.equal(L.AI_V4MAPPED_CFG, L.AI_V4MAPPED)
  t.equal(L.AI_DEFAULT, L.AI_V4MAPPED + L.AI_ADDRCONFIG)
  local ai = assert(L.inet.getaddrinfo("127.0.0.1", "80", nil, nil, L.AI_DEFAULT))[1]
  t.equal(ai:nameinfo(L.NI_NUMERICHOST, L.NI_NUMERICSERV, L.NI_WITHSCOPEID).host, "127.0.0.1")
end)
