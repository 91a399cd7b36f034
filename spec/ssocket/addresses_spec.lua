local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

net.it("tells the addresses of both ends", function(family)
  local listener = net.listen(family)
  local address = listener:getsockname()
  local client = net.keep(S.tcp())
  t.equal(client:connect(net.arguments(address)), true)
  local server = net.keep(listener:accept())
  t.same(client:getpeername(), address)
  t.same(server:getsockname(), address)
  t.same(server:getpeername(), client:getsockname())
  if family.host then
    t.equal(address[1], family.host)
    t.integer(address[2])
    t.between(address[2], 1, 65535)
  else
    t.equal(client:getsockname(), "")
    t.equal(server:getpeername(), "")
  end
end)

t.it("tells the path or the name of a unix socket", function()
  local path, name = t.temporary_path(), t.unique_name()
  for given, told in pairs { ["unix:" .. path] = path, ["unix:@" .. name] = "@" .. name } do
    local socket = net.keep(S.tcp())
    t.equal(socket:bind(given), true)
    t.equal(socket:getsockname(), told)
  end
end)

t.it("tells paths as long as the system holds", function()
  local path = t.temporary_path()
  path = path .. ("x"):rep(107 - #path)
  t.defer(function()
    os.remove(path)
  end)
  local listener = net.keep(S.tcp())
  t.equal(listener:bind(path), true)
  t.equal(listener:listen(1), true)
  t.equal(listener:getsockname(), path)
  local client = net.keep(S.tcp())
  t.equal(client:connect(path), true)
  t.equal(client:getpeername(), path)
end)

t.it("fails where there is no address", function()
  for _, socket in ipairs { S.tcp(), S.udp() } do
    t.fails(S.ERROR_CLOSED, socket:getsockname())
    t.fails(S.ERROR_CLOSED, socket:getpeername())
    net.keep(socket)
    t.equal(socket:bind("127.0.0.1", 0), true)
    t.fails("Transport endpoint is not connected", socket:getpeername())
  end
end)
