local S = require "minisock"
local t = require "spec.support"

t.it("builds the raw address of a path", function()
  local results = t.pack(S.unixaddr("/tmp/xyz.sock"))
  t.equal(results.n, 1)
  -- A NUL may follow, as the system itself puts one.
  t.matches(results[1], "^\1%z/tmp/xyz%.sock%z*$")
  t.equal(S.parseaddr(results[1]).path, "/tmp/xyz.sock")
end)

t.it("builds exactly the bytes of an abstract name", function()
  t.equal(S.unixaddr("@name"), "\1\0\0name")
  t.equal(S.unixaddr("@a\0b\0"), "\1\0\0a\0b\0")
  t.equal(S.unixaddr("@@"), "\1\0\0@")
  t.equal(S.unixaddr("@"), "\1\0\0")
end)

t.it("takes a path and a name of 107 bytes, and fails on longer ones", function()
  local path = "/" .. ("x"):rep(106)
  t.equal(S.parseaddr(S.unixaddr(path)).path, path)
  local name = "@" .. ("x"):rep(107)
  t.equal(S.parseaddr(S.unixaddr(name)).path, name)
  for _, length in ipairs { 108, 109, 200, 100000 } do
    t.fails("unixaddr error: 36 (File name too long)", S.unixaddr("@" .. ("x"):rep(length)))
    t.fails("unixaddr error: 36 (File name too long)", S.unixaddr("/" .. ("x"):rep(length)))
  end
end)

t.it("never cuts a path that just fits", function()
  local path = "/" .. ("x"):rep(107)
  local address, message = S.unixaddr(path)
  if address then
    t.equal(S.parseaddr(address).path, path)
  else
    t.equal(message, "unixaddr error: 36 (File name too long)")
  end
end)

t.it("fails on a path with a NUL, and on none", function()
  t.fails("unixaddr error: 22 (Invalid argument)", S.unixaddr(""))
  t.fails("unixaddr error: 22 (Invalid argument)", S.unixaddr("\0"))
  t.fails("unixaddr error: 22 (Invalid argument)", S.unixaddr("\0name"))
  t.fails("unixaddr error: 22 (Invalid argument)", S.unixaddr("/tmp/a\0b"))
  t.fails("unixaddr error: 22 (Invalid argument)", S.unixaddr("/tmp/a\0"))
end)

t.it("raises where the path is no string", function()
  t.bad_argument(1, "unixaddr", "string expected, got no value", S.unixaddr)
  t.bad_argument(1, "unixaddr", "string expected, got nil", S.unixaddr, nil)
  t.bad_argument(1, "unixaddr", "string expected, got boolean", S.unixaddr, true)
end)
