-- What the specs of lsocket share: its families of addresses, and sockets that are closed when the
-- case ends.

local lsocket = require "lsocket"
local t = require "spec.support"

local net = {}

--- Passes on what a constructor returned, which must be a success, and has it closed at the end of
--- the case.
function net.keep(socket, ...)
  if not socket then
    error(tostring((...)), 2)
  end
  t.equal(type(socket), "userdata")
  t.defer(function()
    socket:close()
  end)
  return socket, ...
end

--- How the families are bound and connected to: `any()` gives the arguments for a free address, and
--- `of(socket)` those for the address of a bound socket.
local families = {
  {
    name = "inet",
    host = "127.0.0.1",
    any = function()
      return "127.0.0.1", 0
    end,
  },
  {
    name = "inet6",
    host = "::1",
    any = function()
      return "::1", 0
    end,
  },
  {
    name = "unix",
    any = function()
      return t.temporary_path()
    end,
  },
  {
    name = "abstract",
    any = function()
      return "@" .. t.unique_name()
    end,
  },
}

function net.address(socket)
  local info = assert(socket:info("socket"))
  return info.addr, info.port
end

net.families, net.hosts = {}, {}
for _, family in ipairs(families) do
  if family.name == "inet6" and not t.has_ipv6() then
    t.pass_over("inet6", "this machine has no ::1")
  else
    family.kind = family.host and family.name or "unix"
    net.families[#net.families + 1] = family
    net.families[family.name] = family
    if family.host then
      net.hosts[#net.hosts + 1] = family
    end
  end
end

--- A case for each of the families.
function net.it(name, fn, list)
  for _, family in ipairs(list or net.families) do
    t.it(name .. " (" .. family.name .. ")", function()
      fn(family)
    end)
  end
end

function net.listen(family)
  return net.keep(lsocket.bind(family.any()))
end

function net.datagram(family)
  return net.keep(lsocket.bind("udp", family.any()))
end

--- Waits until the socket can be read, and fails where that takes long.
function net.readable(...)
  local sockets = { ... }
  t.equal(type(lsocket.select(sockets, 10)), "table")
  return ...
end

function net.writable(...)
  local read, write = lsocket.select(nil, { ... }, 10)
  t.same(read, {})
  t.equal(#write > 0, true)
  return ...
end

--- The two ends of a connection: the client's and the server's.
function net.pair(family)
  local listener = net.listen(family)
  local client = net.keep(lsocket.connect(net.address(listener)))
  local server = net.keep(net.readable(listener):accept())
  listener:close()
  t.equal(net.writable(client):status(), true)
  return client, server
end

--- Arguments of `connect` for an address of the family at which nobody listens.
function net.refusing(family)
  local listener = net.listen(family)
  if family.host then
    -- The port of a connected client is taken, but not for listening.
    return net.address(net.keep(lsocket.connect(net.address(listener))))
  end
  local address = net.address(listener)
  listener:close()
  return address
end

--- Receives up to the end of the stream.
function net.receive_all(socket, size)
  local parts = {}
  while true do
    local data, message = net.readable(socket):recv(size)
    if data == nil then
      t.equal(message, nil)
      return table.concat(parts)
    end
    parts[#parts + 1] = data or nil
  end
end

--- Bytes of every value, NUL included, as many as are wanted.
function net.bytes(count)
  local all = {}
  for byte = 0, 255 do
    all[byte + 1] = string.char(byte)
  end
  return table.concat(all):rep(math.ceil(count / 256)):sub(1, count)
end

--- The methods of sockets, each with the arguments of a valid call.
net.methods = {
  info = t.pack(),
  status = t.pack(),
  getfd = t.pack(),
  setfd = t.pack(-1),
  accept = t.pack(),
  recv = t.pack(),
  recvfrom = t.pack(),
  send = t.pack("x"),
  sendto = t.pack("x", "127.0.0.1", 9),
  close = t.pack(),
}

return net
