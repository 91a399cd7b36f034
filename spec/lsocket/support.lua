-- What the specs of lsocket share: its families of addresses, and sockets that are closed when the
-- case ends.

local lsocket = require "lsocket"
local t = require "spec.support"
local families = require "spec.support.families"
local objects = require "spec.support.objects"

local net = {}

net.keep = objects.keep

--- The families that this machine has, in order and by name, and those that have hosts and ports.
--- `any()` gives the arguments for a free address; `kind` is what the module calls the family.
net.families, net.hosts = families.present {
  {
    name = "inet",
    kind = "inet",
    host = "127.0.0.1",
    any = function()
      return "127.0.0.1", 0
    end,
  },
  {
    name = "inet6",
    kind = "inet6",
    host = "::1",
    any = function()
      return "::1", 0
    end,
  },
  {
    name = "unix",
    kind = "unix",
    any = function()
      return t.temporary_path()
    end,
  },
  {
    name = "abstract",
    kind = "unix",
    any = function()
      return "@" .. t.unique_name()
    end,
  },
}

function net.address(socket)
  local info = assert(socket:info("socket"))
  return info.addr, info.port
end

--- A case for each of the families.
net.it = families.cases(net.families)

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
