-- What the specs of ssocket share: its families of addresses, and sockets that are closed when the
-- case ends.

local S = require "ssocket"
local t = require "spec.support"
local families = require "spec.support.families"
local objects = require "spec.support.objects"

local net = {}

net.keep = objects.keep

--- The families that this machine has, in order and by name. `any()` gives the arguments for a free
--- address.
net.families = families.present {
  {
    name = "ipv4",
    host = "127.0.0.1",
    any = function()
      return "127.0.0.1", 0
    end,
  },
  {
    name = "ipv6",
    host = "::1",
    any = function()
      return "::1", 0
    end,
  },
  {
    name = "unix",
    any = function()
      return "unix:" .. t.temporary_path()
    end,
  },
  {
    name = "path",
    any = function()
      return t.temporary_path()
    end,
  },
  {
    name = "abstract",
    any = function()
      return "unix:@" .. t.unique_name()
    end,
  },
}

--- A case for each of the families.
net.it = families.cases(net.families)

--- The arguments that lead to an address as the module tells it: `{host, port}`, or a unix name.
function net.arguments(address)
  if type(address) == "table" then
    t.equal(#address, 2)
    return address[1], address[2]
  end
  return "unix:" .. address
end

--- A listening socket, and the arguments that lead to it.
function net.listen(family, backlog)
  local listener = net.keep(S.tcp())
  t.equal(listener:bind((family or net.families.ipv4).any()), true)
  t.equal(listener:listen(backlog or 16), true)
  return listener, net.arguments(listener:getsockname())
end

--- The two ends of a connection.
function net.pair(family)
  local listener = net.listen(family)
  local client = net.keep(S.tcp())
  t.equal(client:connect(net.arguments(listener:getsockname())), true)
  local server = net.keep(listener:accept())
  listener:close()
  return client, server
end

--- A bound datagram socket, and the arguments that lead to it.
function net.datagram(family)
  local socket = net.keep(S.udp())
  t.equal(socket:bind(family.any()), true)
  return socket, net.arguments(socket:getsockname())
end

--- The results are nil, the message and a third value.
function net.ends(message, third, ...)
  local results = t.pack(...)
  t.same(results, { n = 3, nil, message, third })
end

--- A Python program at the other end of a connection over TCP, which it finds as `peer`. What it
--- prints can be expected of the child.
function net.python_peer(code)
  local listener, host, port = net.listen(net.families.ipv4)
  local child = t.process.start { "python3", "-c", ([[
import socket, struct, sys, time
peer = socket.create_connection((%q, %d))
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
def reset():
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
def wait():
    # The other end says that it goes on.
    assert peer.recv(1) == b"."
]]):format(host, port) .. code }
  listener:settimeout(20)
  local connection = net.keep(listener:accept())
  listener:close()
  return connection, child
end

--- What an object's methods take: the arguments of a call that a closed object would refuse.
net.tcp_methods = {
  connect = t.pack("127.0.0.1", 1),
  bind = t.pack("127.0.0.1", 0),
  listen = t.pack(1),
  accept = t.pack(),
  write = t.pack("x"),
  read = t.pack(1),
  readuntil = t.pack("x"),
  shutdown = t.pack(S.SHUT_RDWR),
  close = t.pack(),
  fileno = t.pack(),
  setopt = t.pack(S.OPT_TCP_NODELAY, true),
  getopt = t.pack(S.OPT_TCP_NODELAY),
  settimeout = t.pack(1),
  gettimeout = t.pack(),
  getpeername = t.pack(),
  getsockname = t.pack(),
}

net.udp_methods = {
  connect = t.pack("127.0.0.1", 1),
  bind = t.pack("127.0.0.1", 0),
  recv = t.pack(1),
  recvfrom = t.pack(1),
  send = t.pack("x"),
  sendto = t.pack("x", "127.0.0.1", 9),
  close = t.pack(),
  fileno = t.pack(),
  setopt = t.pack(S.OPT_TCP_REUSEADDR, true),
  getopt = t.pack(S.OPT_TCP_REUSEADDR),
  settimeout = t.pack(1),
  gettimeout = t.pack(),
  getpeername = t.pack(),
  getsockname = t.pack(),
}

return net
