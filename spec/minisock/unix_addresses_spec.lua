-- Unix addresses on real sockets: what is in the file system, what is abstract, how long they may be.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

t.it("makes a socket file at the path, which closing does not remove", function()
  local path = t.temporary_path()
  local listener = net.keep(S.bind(S.unixaddr(path)))
  t.equal(net.is_listed(path), true)
  net.shut(listener)
  t.fails("bind error: 98 (Address already in use)", S.bind(S.unixaddr(path)))
  assert(os.remove(path))
  net.keep(S.bind(S.unixaddr(path)))
end)

t.it("names an abstract socket by exactly its bytes", function()
  local name = t.unique_name()
  local listener = net.keep(S.bind(S.unixaddr("@" .. name)))
  -- A NUL too many would show as a further "@".
  t.equal(net.is_listed("@" .. name), true)
  t.equal(S.getsockname(listener), "\1\0\0" .. name)
  t.fails("connect error: 111 (Connection refused)", S.connect("\1\0\0" .. name .. "\0"))
  t.fails("connect error: 111 (Connection refused)", S.connect("\1\0\0" .. name:sub(1, -2)))
  net.keep(S.connect("\1\0\0" .. name))
  net.keep(S.bind("\1\0\0" .. name .. "\0"))
  net.shut(listener)
  t.fails("connect error: 111 (Connection refused)", S.connect("\1\0\0" .. name))
end)

t.it("keeps NULs within and after an abstract name", function()
  local name = t.unique_name() .. "\0a\0\0b\0"
  local listener = net.keep(S.bind(S.unixaddr("@" .. name)))
  t.equal(S.getsockname(listener), "\1\0\0" .. name)
  t.equal(S.getpeername(net.keep(S.connect("\1\0\0" .. name))), "\1\0\0" .. name)
  t.equal(S.parseaddr(S.getsockname(listener)).path, "@" .. name)
end)

t.it("takes the longest path and the longest name that the system holds", function()
  local base = t.temporary_path()
  local path = base .. ("x"):rep(107 - #base)
  t.defer(function()
    os.remove(path)
  end)
  local listener = net.keep(S.bind(S.unixaddr(path)))
  t.equal(S.parseaddr(S.getsockname(listener)).path, path)
  t.equal(net.is_listed(path), true)
  net.keep(S.connect(S.unixaddr(path)))

  local name = t.unique_name()
  name = name .. ("x"):rep(107 - #name)
  listener = net.keep(S.bind(S.unixaddr("@" .. name)))
  t.equal(S.getsockname(listener), "\1\0\0" .. name)
  net.keep(S.connect("\1\0\0" .. name))
end)

t.it("does not cut a path that is too long", function()
  local base = t.temporary_path()
  for _, length in ipairs { 109, 110, 200, 5000 } do
    local path = base .. ("x"):rep(length - #base)
    for name, call in pairs { bind = S.bind, connect = S.connect, udpsocket = S.udpsocket } do
      for _, raw in ipairs { "\1\0" .. path, "\1\0\0" .. path } do
        t.fails(name .. " error: 36 (File name too long)", call(raw))
      end
    end
  end
  local sender = net.keep(S.udpsocket(net.families.abstract.any()))
  t.fails("sendto error: 36 (File name too long)", S.sendto(sender, "\1\0" .. base .. ("x"):rep(100), "x"))
end)

t.it("does not take the bytes after a NUL for a part of the path", function()
  local path = t.temporary_path()
  -- A path cannot hold a NUL: this is no valid address, or the address of what is in front of it.
  net.errs(S.bind, "\1\0" .. path .. "\0junk")
  local left = io.open(path)
  t.equal(left, nil)
end)

t.it("exchanges datagrams with a path and with a name", function()
  local a, a_address = net.datagram(net.families.unix)
  local b, b_address = net.datagram(net.families.abstract)
  t.equal(S.sendto(a, b_address, "to the name"), 11)
  t.same(t.pack(S.recvfrom(b)), { n = 2, "to the name", a_address })
  t.equal(S.sendto(b, a_address, "to the path"), 11)
  t.same(t.pack(S.recvfrom(a)), { n = 2, "to the path", b_address })
end)
