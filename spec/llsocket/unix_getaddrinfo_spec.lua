-- unix.getaddrinfo: a list of one, which is also good for its entry.

local L = require "llsocket"
local t = require "spec.support"

local unix = L.unix

t.it("makes a list of one address info", function()
  local list = assert(unix.getaddrinfo("/tmp/some.sock"))
  t.equal(#list, 1)
  t.matches(tostring(list[1]), "^llsocket%.addrinfo: 0x")
  t.same(list[1]:addr(), { path = "/tmp/some.sock" })
  t.equal(list[1]:family(), L.AF_UNIX)
  t.equal(list[1]:socktype(), L.SOCK_STREAM)
  t.equal(list[1]:protocol(), 0)
end)

t.it("answers the methods of its entry", function()
  local list = assert(unix.getaddrinfo("@abstract name", L.SOCK_DGRAM))
  t.same(list:addr(), { path = "@abstract name" })
  t.equal(list:family(), L.AF_UNIX)
  t.equal(list:socktype(), L.SOCK_DGRAM)
  t.equal(list:protocol(), 0)
  t.equal(list:canonname(), nil)
  t.equal(list:nameinfo().serv, "@abstract name")
  t.equal(getmetatable(list), false)
end)

t.it("is a table like others otherwise", function()
  local list = assert(unix.getaddrinfo("/tmp/some.sock"))
  t.equal(type(list), "table")
  t.equal(list.nothing, nil)
  list[1] = nil
  t.raises("calling 'family' on bad self", list.family, list)
end)

t.it("refuses names that the system cannot hold", function()
  t.fails("File name too long", unix.getaddrinfo("/" .. ("x"):rep(107)))
  t.fails("File name too long", unix.getaddrinfo("@" .. ("x"):rep(108)))
  t.equal(#unix.getaddrinfo("/" .. ("x"):rep(106)), 1)
  t.equal(#unix.getaddrinfo("@" .. ("x"):rep(107)), 1)
  t.fails("Invalid argument", unix.getaddrinfo("/tmp/a\0b"))
  t.fails("Invalid argument", unix.getaddrinfo(""))
end)
