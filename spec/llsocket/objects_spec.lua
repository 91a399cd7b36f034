-- Socket objects: what Lua sees of them, and what becomes of their descriptors.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"
local objects = require "spec.support.objects"

local function is_open(fd)
  return #t.descriptors.difference({ fd }, t.descriptors.open()) == 0
end

t.it("names itself", function()
  local sock = net.pair()
  t.matches(tostring(sock), "^llsocket%.socket: 0x%x+$")
  sock:close()
  t.matches(tostring(sock), "^llsocket%.socket: 0x%x+$")
end)

t.it("has a locked metatable", function()
  objects.is_locked((net.pair()))
end)

t.it("closes its descriptor when it is collected", function()
  local sock = assert(L.socket.new(net.families.ipv4.any()))
  local fd = sock:fd()
  t.equal(is_open(fd), true)
  sock = nil
  objects.collect()
  t.equal(is_open(fd), false)
end)

t.it("closes its descriptor once", function()
  local sock = assert(L.socket.new(net.families.ipv4.any()))
  local fd = sock:fd()
  net.nothing(sock:close())
  local other = net.keep(L.socket.new(net.families.ipv4.any()))
  t.equal(other:fd(), fd)
  net.nothing(sock:close())
  sock = nil
  objects.collect()
  t.equal(is_open(fd), true)
end)

t.it("fails when it is closed, in the shape of each call", function()
  local sock = net.pair()
  local ai = net.families.ipv4.any()
  sock:close()
  local bad = net.message.bad_descriptor
  t.equal(sock:fd(), -1)
  t.equal(sock:family(), L.AF_UNIX)
  t.equal(sock:socktype(), L.SOCK_STREAM)
  t.equal(sock:protocol(), 0)
  for _, name in ipairs { "shutdown", "listen" } do
    net.results({ n = 1, bad }, sock[name](sock))
  end
  net.results({ n = 1, bad }, sock:bind(ai))
  net.results({ n = 1, bad }, sock:connect(ai))
  net.results({ n = 1, bad }, sock:mcastjoin("239.0.0.1"))
  for _, name in ipairs { "dup", "getsockname", "getpeername", "atmark", "nonblock", "cloexec", "error",
    "reuseaddr", "rcvtimeo", "mcastttl", "mcastif" } do
    net.results({ n = 2, nil, bad }, sock[name](sock))
  end
  for _, name in ipairs { "accept", "recv", "recvmsg", "recvfd" } do
    net.results({ n = 3, nil, bad, false }, sock[name](sock))
  end
  net.results({ n = 4, nil, nil, bad, false }, sock:recvfrom())
  net.results({ n = 3, nil, bad, false }, sock:send("x"))
  net.results({ n = 3, nil, bad, false }, sock:sendto("x", ai))
  net.results({ n = 3, nil, bad, false }, sock:sendmsg { "x" })
  net.results({ n = 3, nil, bad, false }, sock:sendfd(0))
  net.results({ n = 3, nil, bad, false }, sock:sendfile(0, 1))
end)

t.it("knows its methods' object", function()
  local sock = net.pair()
  local ai = net.families.ipv4.any()
  for _, value in ipairs { 1, "x", true, {}, print, io.stdout, ai } do
    t.raises("calling 'send' on bad self %(llsocket.socket expected, got " .. type(value) .. "%)$",
      sock.send, value, "x")
  end
  t.raises("calling 'send' on bad self %(llsocket.socket expected, got no value%)$", sock.send)
end)

t.it("is closed at the end of its scope", function()
  if _VERSION < "Lua 5.4" then
    return t.pass_over("__close", _VERSION .. " has no scopes that close")
  end
  local fds = assert(load [[
    local L = require "llsocket"
    local fds = {}
    do
      local pair = L.socket.pair(L.SOCK_STREAM)
      local first <close> = pair[1]
      local second <close> = pair[2]
      fds[1], fds[2] = first:fd(), second:fd()
      second:close()
    end
    return fds
  ]])()
  t.equal(is_open(fds[1]), false)
  t.equal(is_open(fds[2]), false)
end)

t.it("can be resurrected without harm", function()
  if _VERSION == "Lua 5.1" then
    return t.pass_over("__gc of tables", _VERSION .. " has none")
  end
  local found
  do
    local sock = net.pair()
    local holder = setmetatable({}, {
      __gc = function(self)
        found = self.sock
      end,
    })
    holder.sock = assert(L.socket.pair(L.SOCK_STREAM))[1]
    sock:close()
  end
  objects.collect()
  t.matches(tostring(found), "socket")
  local ok, fd = pcall(found.fd, found)
  assert(ok or fd:find("bad self"), fd)
  pcall(found.send, found, "x")
  found = nil
  objects.collect()
end)
