-- pollfd and unpollfds

local S = require "minisock"
local t = require "spec.support"

t.it("packs an entry in the machine's own layout", function()
  t.same(t.pack(S.pollfd(5, S.POLLIN)), { n = 1, "\5\0\0\0\1\0\0\0" })
  t.equal(S.pollfd(258, S.POLLIN + S.POLLOUT), "\2\1\0\0\5\0\0\0")
  t.equal(S.pollfd(-1, 0), "\255\255\255\255\0\0\0\0")
  if string.pack then
    t.equal(S.pollfd(70000, S.POLLOUT), string.pack("=i4hh", 70000, S.POLLOUT, 0))
  end
end)

t.it("unpacks a list of entries", function()
  t.same(t.pack(S.unpollfds("")), { n = 1, {} })
  t.same(S.unpollfds("\5\0\0\0\1\0\16\0" .. "\255\255\255\255\5\0\0\0"), {
    { fd = 5, events = 1, revents = 16 },
    { fd = -1, events = 5, revents = 0 },
  })
  local entry = S.unpollfds(S.pollfd(7, S.POLLOUT))[1]
  t.integer(entry.fd)
  t.integer(entry.events)
  t.integer(entry.revents)
end)

t.it("raises where an entry is none", function()
  for _, length in ipairs { 1, 7, 9 } do
    t.refused_argument(1, "unpollfds", S.unpollfds, ("\0"):rep(length))
  end
  t.bad_argument(1, "unpollfds", "string expected, got no value", S.unpollfds)
  t.bad_argument(1, "unpollfds", "string expected, got table", S.unpollfds, {})
end)

t.it("raises where a number is none or does not fit", function()
  t.bad_argument(1, "pollfd", "number expected, got no value", S.pollfd)
  t.bad_argument(1, "pollfd", "number expected, got nil", S.pollfd, nil, 1)
  t.bad_argument(1, "pollfd", "number has no integer representation", S.pollfd, 0.5, 1)
  t.bad_argument(2, "pollfd", "number expected, got no value", S.pollfd, 1)
  t.bad_argument(2, "pollfd", "number expected, got string", S.pollfd, 1, "in")
  t.bad_argument(2, "pollfd", "number has no integer representation", S.pollfd, 1, 0.5)
  t.refused_argument(1, "pollfd", S.pollfd, 2 ^ 31, 1)
  t.refused_argument(1, "pollfd", S.pollfd, 2 ^ 32 + 1, 1)
  t.refused_argument(2, "pollfd", S.pollfd, 1, 2 ^ 16)
  t.refused_argument(2, "pollfd", S.pollfd, 1, 2 ^ 32 + 1)
end)
