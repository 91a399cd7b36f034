local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("closes, so that the peer sees the end", function(family)
  local client, server = net.pair(family)
  net.shut(client)
  t.equal(S.read(server), "")
end)

t.it("closes a socket of any kind, once", function()
  for _, fd in ipairs {
    (S.bind(net.families.ipv4.any())),
    (S.udpsocket()),
    (S.udpsocket(net.families.unix.any())),
  } do
    local results = t.pack(S.close(fd))
    t.same(results, { n = 1, true })
    t.fails("close error: 9 (Bad file descriptor)", S.close(fd))
  end
end)

t.it("fails on what is not open", function()
  t.fails("close error: 9 (Bad file descriptor)", S.close(t.descriptors.never_open))
  t.fails("close error: 9 (Bad file descriptor)", S.close(-1))
end)

t.it("raises where the descriptor is none", function()
  t.bad_argument(1, "close", "number expected, got no value", S.close)
  t.bad_argument(1, "close", "number expected, got nil", S.close, nil)
  t.bad_argument(1, "close", "number has no integer representation", S.close, 3.5)
  t.refused_argument(1, "close", S.close, 2 ^ 31)
  t.refused_argument(1, "close", S.close, 2 ^ 32 + 3)
end)
