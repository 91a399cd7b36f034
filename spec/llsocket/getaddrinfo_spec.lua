-- inet.getaddrinfo and inet.getaddrinfo6.

local L = require "llsocket"
local t = require "spec.support"

local inet = L.inet

t.it("makes address infos of a host and a port", function()
  local list = assert(inet.getaddrinfo("127.0.0.1", "8080"))
  t.equal(#list, 1)
  t.same(list[1]:addr(), { ip = "127.0.0.1", port = 8080 })
  t.equal(list[1]:family(), L.AF_INET)
  t.equal(list[1]:socktype(), L.SOCK_STREAM)
  t.equal(list[1]:protocol(), L.IPPROTO_TCP)
  t.equal(list[1]:canonname(), nil)
end)

t.it("knows IPv6", function()
  local ai = assert(inet.getaddrinfo("::1", "53", L.SOCK_DGRAM))[1]
  t.same(ai:addr(), { ip = "::1", port = 53 })
  t.equal(ai:family(), L.AF_INET6)
  t.equal(ai:protocol(), L.IPPROTO_UDP)
end)

t.it("looks for IPv6 alone", function()
  for _, ai in ipairs(assert(inet.getaddrinfo6("::1", "53"))) do
    t.equal(ai:family(), L.AF_INET6)
  end
  local list, err = inet.getaddrinfo6("127.0.0.1", "53", nil, nil, L.AI_NUMERICHOST)
  t.equal(list, nil)
  t.matches(err, ".")
  local mapped = assert(inet.getaddrinfo6("127.0.0.1", "53", nil, nil, L.AI_V4MAPPED))[1]
  t.equal(mapped:addr().ip, "::ffff:127.0.0.1")
end)

t.it("takes a missing host or port", function()
  t.equal(assert(inet.getaddrinfo("127.0.0.1"))[1]:addr().port, 0)
  local loopback = assert(inet.getaddrinfo(nil, "80"))
  local any = assert(inet.getaddrinfo(nil, "80", nil, nil, L.AI_PASSIVE))
  local function has(list, ip)
    for _, ai in ipairs(list) do
      if ai:addr().ip == ip then
        return true
      end
    end
  end
  t.equal(has(loopback, "127.0.0.1") or has(loopback, "::1"), true)
  t.equal(has(any, "0.0.0.0") or has(any, "::"), true)
end)

t.it("joins flags", function()
  local flags = { L.AI_NUMERICHOST, nil, L.AI_CANONNAME, L.AI_NUMERICSERV }
  local ai = assert(inet.getaddrinfo("127.0.0.1", "80", nil, nil, flags[1], flags[2], flags[3], flags[4]))[1]
  t.equal(ai:canonname(), "127.0.0.1")
  t.equal(ai:cannoname(), "127.0.0.1")
end)

t.it("takes the protocol into account", function()
  local ai = assert(inet.getaddrinfo("127.0.0.1", "53", nil, L.IPPROTO_UDP))[1]
  t.equal(ai:socktype(), L.SOCK_DGRAM)
  t.equal(#assert(inet.getaddrinfo("127.0.0.1", nil, L.SOCK_RAW, L.IPPROTO_ICMP)), 1)
end)

t.it("gives the resolver's words for its failures", function()
  t.fails("Name or service not known", inet.getaddrinfo("no.such.host.invalid", nil, nil, nil, L.AI_NUMERICHOST))
  t.fails("Name or service not known", inet.getaddrinfo(nil, nil))
  t.fails("Servname not supported for ai_socktype", inet.getaddrinfo("127.0.0.1", "no such service"))
  t.fails("Bad value for ai_flags", inet.getaddrinfo("127.0.0.1", "1", nil, nil, 0x8000))
end)

t.it("never cuts a name at a NUL", function()
  t.fails("Invalid argument", inet.getaddrinfo("127.0.0.1\0.example", "80"))
  t.fails("Invalid argument", inet.getaddrinfo("127.0.0.1", "80\0"))
end)

t.it("has no port beyond 65535, and none with a sign", function()
  t.equal(assert(inet.getaddrinfo("127.0.0.1", "65535"))[1]:addr().port, 65535)
  for _, port in ipairs { "65536", "99999999999999999999", "-1", "+1", " 1" } do
    t.fails("Servname not supported for ai_socktype", inet.getaddrinfo("127.0.0.1", port))
  end
end)

t.it("takes a port as a string only", function()
  t.bad_argument(2, "getaddrinfo", "string expected, got number", inet.getaddrinfo, "127.0.0.1", 80)
  t.bad_argument(2, "getaddrinfo6", "string expected, got number", inet.getaddrinfo6, "::1", 80)
end)
