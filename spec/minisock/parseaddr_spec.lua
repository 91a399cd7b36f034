local S = require "minisock"
local t = require "spec.support"

t.it("takes an IPv4 address apart", function()
  local parsed = S.parseaddr("\2\0\0\80\1\2\3\4" .. ("\0"):rep(8))
  t.equal(parsed.family, "inet")
  t.equal(parsed.addr, "1.2.3.4")
  t.equal(parsed.port, 80)
  t.equal(parsed.path, nil)
end)

t.it("takes an IPv6 address apart, with its scope", function()
  for _, scope in ipairs { 0, 1, 200 } do
    local parsed = S.parseaddr("\10\0\1\2\0\0\0\0\254\128" .. ("\0"):rep(13) .. "\5" .. string.char(scope) .. "\0\0\0")
    t.equal(parsed.family, "inet6")
    t.equal(parsed.addr, "fe80::5")
    t.equal(parsed.port, 258)
    t.equal(parsed.scope, scope)
    t.equal(parsed.path, nil)
  end
end)

t.it("takes a unix address apart", function()
  local function gives(path, address)
    local parsed = S.parseaddr(address)
    t.same(parsed, { family = "unix", path = path })
  end
  gives("/tmp/xyz.sock", "\1\0/tmp/xyz.sock")
  gives("/tmp/xyz.sock", "\1\0/tmp/xyz.sock\0")
  gives("/tmp/xyz.sock", "\1\0/tmp/xyz.sock\0\0\0\0")
  gives("@name", "\1\0\0name")
  gives("@name\0", "\1\0\0name\0")
  gives("@a\0b", "\1\0\0a\0b")
  gives("", "\1\0")
end)

t.it("is the way back of the builders", function()
  for _, case in ipairs {
    { "inet", "0.0.0.0", 0, S.ipv4addr("0.0.0.0", 0) },
    { "inet", "255.255.255.255", 65535, S.ipv4addr("255.255.255.255", 65535) },
    { "inet6", "::", 0, S.ipv6addr("::", 0) },
    { "inet6", "2001:db8::5", 443, S.ipv6addr("2001:DB8:0:0::5", 443) },
    { "inet6", "::ffff:1.2.3.4", 1, S.ipv6addr("::ffff:1.2.3.4", 1) },
  } do
    local family, addr, port, address = t.unpack { n = 4, case[1], case[2], case[3], case[4] }
    local parsed = S.parseaddr(address)
    t.equal(parsed.family, family)
    t.equal(parsed.addr, addr)
    t.equal(parsed.port, port)
  end
  t.equal(S.parseaddr(S.ipv6addr("fe80::1", 80, "lo")).scope, t.loopback_index())
  t.equal(S.parseaddr(S.unixaddr("@a\0b")).path, "@a\0b")
end)

t.it("returns one table, a new one each time", function()
  local address = S.ipv4addr("1.2.3.4", 80)
  local results = t.pack(S.parseaddr(address))
  t.equal(results.n, 1)
  t.equal(S.parseaddr(address) == results[1], false)
end)

t.it("fails on what is no address", function()
  for _, bytes in ipairs { "", "\2", "\2\0", "\10\0", "\2\0\0\80\1\2\3", "\10\0\0\80" .. ("\0"):rep(20) } do
    t.fails_like("^parseaddr error: 22 %(Invalid argument%)$", S.parseaddr(bytes))
  end
  for _, bytes in ipairs { "\0\0", "\255\255", "\17\0" .. ("\0"):rep(18), "no address" } do
    t.fails("parseaddr error: 97 (Address family not supported by protocol)", S.parseaddr(bytes))
  end
end)

t.it("raises where the address is no string", function()
  t.bad_argument(1, "parseaddr", "string expected, got no value", S.parseaddr)
  t.bad_argument(1, "parseaddr", "string expected, got nil", S.parseaddr, nil)
  t.bad_argument(1, "parseaddr", "string expected, got table", S.parseaddr, {})
end)
