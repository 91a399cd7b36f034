local S = require "minisock"
local t = require "spec.support"

--- The raw address: family, port, no flow label, the address, the scope in the machine's order.
local function raw(port, address, scope)
  return "\10\0" .. port .. "\0\0\0\0" .. address .. string.char(scope or 0) .. "\0\0\0"
end

local local_1 = "\254\128" .. ("\0"):rep(13) .. "\1"

t.it("builds the raw address", function()
  t.same(t.pack(S.ipv6addr("::1", 80)), { n = 1, raw("\0\80", ("\0"):rep(15) .. "\1") })
  t.equal(S.ipv6addr("::", 0), raw("\0\0", ("\0"):rep(16)))
  t.equal(S.ipv6addr("102:304:506:708:90a:b0c:d0e:f10", 65535),
    raw("\255\255", "\1\2\3\4\5\6\7\8\9\10\11\12\13\14\15\16"))
  t.equal(S.ipv6addr("::ffff:1.2.3.4", 258), raw("\1\2", ("\0"):rep(10) .. "\255\255\1\2\3\4"))
end)

t.it("takes the scope as a number, as the name of an interface, and with the address", function()
  local lo = t.loopback_index()
  t.equal(S.ipv6addr("fe80::1", 80), raw("\0\80", local_1))
  t.equal(S.ipv6addr("fe80::1", 80, nil), raw("\0\80", local_1))
  t.equal(S.ipv6addr("fe80::1", 80, 0), raw("\0\80", local_1))
  t.equal(S.ipv6addr("fe80::1", 80, 7), raw("\0\80", local_1, 7))
  t.equal(S.ipv6addr("fe80::1", 80, lo), raw("\0\80", local_1, lo))
  t.equal(S.ipv6addr("fe80::1", 80, "lo"), raw("\0\80", local_1, lo))
  t.equal(S.ipv6addr("fe80::1%lo", 80), raw("\0\80", local_1, lo))
end)

t.it("fails on an interface that there is not", function()
  t.fails_like(" error: 19 %(No such device%)$", S.ipv6addr("fe80::1", 80, "no-such"))
  t.fails_like(" error: %d+ %(", S.ipv6addr("fe80::1", 80, ""))
  t.fails_like(" error: %d+ %(", S.ipv6addr("fe80::1", 80, "lo\0"))
  t.fails_like(" error: %d+ %(", S.ipv6addr("fe80::1%no-such", 80))
  t.fails_like(" error: %d+ %(", S.ipv6addr("fe80::1%lo\0", 80))
  t.fails_like(" error: %d+ %(", S.ipv6addr("fe80::1%" .. ("x"):rep(1000), 80))
end)

t.it("fails on what is no IPv6 address", function()
  local words = {
    "", "localhost", "1.2.3.4", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::12345", "::g",
    "1::2::3", "[::1]", "::1 ", " ::1", "::1\0", "::1\0junk", ("1"):rep(1000),
  }
  for _, word in ipairs(words) do
    t.fails("ipv6addr error: 22 (Invalid argument)", S.ipv6addr(word, 80))
  end
end)

t.it("raises where the port is none", function()
  for _, port in ipairs { -1, 65536, 65616, -2 ^ 53 } do
    t.refused_argument(2, "ipv6addr", S.ipv6addr, "::1", port)
  end
  t.bad_argument(2, "ipv6addr", "number has no integer representation", S.ipv6addr, "::1", 80.5)
  t.bad_argument(2, "ipv6addr", "number expected, got no value", S.ipv6addr, "::1")
  t.bad_argument(2, "ipv6addr", "number expected, got string", S.ipv6addr, "::1", "http")
end)

t.it("raises where the scope is none", function()
  for _, scope in ipairs { -1, 2 ^ 32, 2 ^ 32 + 1 } do
    t.refused_argument(3, "ipv6addr", S.ipv6addr, "fe80::1", 80, scope)
  end
  t.bad_argument(3, "ipv6addr", "number has no integer representation", S.ipv6addr, "fe80::1", 80, 1.5)
  t.refused_argument(3, "ipv6addr", S.ipv6addr, "fe80::1", 80, {})
  t.refused_argument(3, "ipv6addr", S.ipv6addr, "fe80::1", 80, true)
end)

t.it("raises where the address is no string", function()
  t.bad_argument(1, "ipv6addr", "string expected, got no value", S.ipv6addr)
  t.bad_argument(1, "ipv6addr", "string expected, got nil", S.ipv6addr, nil, 80)
end)
