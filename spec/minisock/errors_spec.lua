-- The form of the messages: the call, the number, the text.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

t.it("are as the document gives them", function()
  t.fails("connect error: 111 (Connection refused)", S.connect(net.refusing(net.families.ipv4)))
  local _, server = net.pair(net.families.unix)
  t.fails("read timeout", S.read(server, 0))
  t.fails("recvfrom timeout", S.recvfrom(server, 0))
  t.fails("getaddrinfo: -2 Name or service not known", S.getaddrinfo("fe80::1%no-such"))
end)

t.it("name the call that failed", function()
  local never = t.descriptors.never_open
  for name, further in pairs(net.takes_descriptor) do
    t.fails(name .. " error: 9 (Bad file descriptor)", S[name](never, t.unpack(further)))
  end
  local _, used = net.listen(net.families.unix)
  local _, datagrams = net.datagram(net.families.unix)
  t.fails("bind error: 98 (Address already in use)", S.bind(used))
  t.fails("bind error: 98 (Address already in use)", S.udpsocket(datagrams))
end)

t.it("are of this failure, not of an earlier one", function()
  t.fails("connect error: 111 (Connection refused)", S.connect(net.refusing(net.families.unix)))
  t.fails("read error: 9 (Bad file descriptor)", S.read(-1))
  local _, server = net.pair(net.families.unix)
  t.fails("read timeout", S.read(server, 0))
  t.fails("unixaddr error: 22 (Invalid argument)", S.unixaddr(""))
  t.fails("close error: 9 (Bad file descriptor)", S.close(-1))
end)

t.it("come with nil, as two results", function()
  t.same(t.pack(S.read(-1)), { n = 2, nil, "read error: 9 (Bad file descriptor)" })
  t.same(t.pack(S.accept(-1)), { n = 2, nil, "accept error: 9 (Bad file descriptor)" })
end)

t.it("that are raised are strings with the caller's position, also within a coroutine", function()
  t.bad_argument(1, "read", "number expected, got nil", S.read, nil)
  t.bad_argument(1, "read", "number expected, got no value", S.read)
  t.bad_argument(1, "read", "number has no integer representation", S.read, 1.5)
  local routine = coroutine.create(function()
    local result = S.read({})
    return result
  end)
  local ok, message = coroutine.resume(routine)
  t.equal(ok, false)
  t.matches(message, "errors_spec%.lua:%d+: bad argument #1 to 'read' %(number expected, got table%)$")
end)

t.it("that are raised can be caught again and again", function()
  for _ = 1, 10000 do
    pcall(S.read)
  end
  t.bad_argument(1, "read", "number expected, got no value", S.read)
end)
