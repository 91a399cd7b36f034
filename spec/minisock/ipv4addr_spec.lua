local S = require "minisock"
local t = require "spec.support"

local zeros = ("\0"):rep(8)

t.it("builds the raw address that the document spells out", function()
  t.same(t.pack(S.ipv4addr("1.2.3.4", 80)), { n = 1, "\2\0\0\80\1\2\3\4" .. zeros })
  if string.pack then
    t.equal(S.ipv4addr("1.2.3.4", 80), string.pack("<H>HBBBB", 2, 80, 1, 2, 3, 4) .. zeros)
  end
end)

t.it("takes every address and every port", function()
  t.equal(S.ipv4addr("0.0.0.0", 0), "\2\0\0\0\0\0\0\0" .. zeros)
  t.equal(S.ipv4addr("255.255.255.255", 65535), "\2\0\255\255\255\255\255\255" .. zeros)
  t.equal(S.ipv4addr("127.0.0.1", "258"), "\2\0\1\2\127\0\0\1" .. zeros)
end)

t.it("fails on what is no IPv4 address", function()
  local words = {
    "", "localhost", "::1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.-4", "1.2.3.4 ", " 1.2.3.4",
    "1.2.3.4\0", "1.2.3.4\0.5", "0x7f.0.0.1", "1..2.3", ("1"):rep(1000),
  }
  for _, word in ipairs(words) do
    t.fails("ipv4addr error: 22 (Invalid argument)", S.ipv4addr(word, 80))
  end
end)

t.it("raises where the port is none", function()
  for _, port in ipairs { -1, 65536, 65616, 2 ^ 32 + 80, -2 ^ 53 } do
    t.refused_argument(2, "ipv4addr", S.ipv4addr, "1.2.3.4", port)
  end
  t.bad_argument(2, "ipv4addr", "number has no integer representation", S.ipv4addr, "1.2.3.4", 80.5)
  t.bad_argument(2, "ipv4addr", "number expected, got no value", S.ipv4addr, "1.2.3.4")
  t.bad_argument(2, "ipv4addr", "number expected, got nil", S.ipv4addr, "1.2.3.4", nil)
  t.bad_argument(2, "ipv4addr", "number expected, got string", S.ipv4addr, "1.2.3.4", "http")
end)

t.it("raises where the address is no string", function()
  t.bad_argument(1, "ipv4addr", "string expected, got no value", S.ipv4addr)
  t.bad_argument(1, "ipv4addr", "string expected, got nil", S.ipv4addr, nil, 80)
  t.bad_argument(1, "ipv4addr", "string expected, got table", S.ipv4addr, {}, 80)
end)
