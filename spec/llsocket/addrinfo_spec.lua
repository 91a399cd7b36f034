-- Address-info objects.

local L = require "llsocket"
local t = require "spec.support"

local ai = assert(L.inet.getaddrinfo("127.0.0.1", "80"))[1]

t.it("names itself", function()
  t.matches(tostring(ai), "^llsocket%.addrinfo: 0x%x+$")
  t.equal(tostring(ai), tostring(ai))
  t.equal(getmetatable(ai), false)
end)

t.it("has names, by two names", function()
  for _, method in ipairs { "nameinfo", "getnameinfo" } do
    local names = assert(ai[method](ai, L.NI_NUMERICHOST, L.NI_NUMERICSERV))
    t.same(names, { host = "127.0.0.1", serv = "80", service = "80" })
  end
  t.equal(assert(ai:nameinfo(L.NI_NUMERICHOST)).serv, "http")
end)

t.it("says in the resolver's words what it cannot name", function()
  t.fails("Bad value for ai_flags", ai:nameinfo(0x4000))
end)

t.it("names the interface of a link-local address", function()
  local scoped = assert(L.inet.getaddrinfo("fe80::1%lo", "80"))[1]
  t.same(scoped:addr(), { ip = "fe80::1%lo", port = 80 })
  t.equal(scoped:nameinfo(L.NI_NUMERICHOST, L.NI_WITHSCOPEID).host, "fe80::1%lo")
end)

t.it("knows its methods' object", function()
  local sock = assert(L.socket.pair(L.SOCK_STREAM))[1]
  for _, value in ipairs { 1, "x", true, {}, print, io.stdout, sock, { sock }, { {} } } do
    t.raises("calling 'addr' on bad self %(llsocket.addrinfo expected, got " .. type(value) .. "%)$",
      ai.addr, value)
  end
  t.raises("calling 'addr' on bad self %(llsocket.addrinfo expected, got no value%)$", ai.addr)
end)

t.it("lives as long as somebody holds it", function()
  local list = assert(L.inet.getaddrinfo("127.0.0.1", "80"))
  local first = list[1]
  list = nil
  collectgarbage()
  collectgarbage()
  t.equal(first:addr().port, 80)
end)
