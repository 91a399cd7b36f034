-- What the specs of moonwire share: families of addresses, and sockets that are closed when the case
-- ends.

local M = require "moonwire"
local t = require "spec.support"
local families = require "spec.support.families"
local objects = require "spec.support.objects"

local net = {}

net.keep = objects.keep

--- The families that this machine has, in order and by name. `any()` is a free address.
net.families, net.hosts = families.present {
  {
    name = "ipv4",
    host = "127.0.0.1",
    any = function()
      return "127.0.0.1:0"
    end,
  },
  {
    name = "ipv6",
    host = "::1",
    any = function()
      return "[::1]:0"
    end,
  },
  {
    name = "unix",
    any = function()
      return "unix:" .. t.temporary_path()
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

--- A listener, and its address.
function net.listen(family, options)
  local listener = net.keep(M.listen((family or net.families.ipv4).any(), options))
  return listener, listener:local_address()
end

--- The two ends of a connection: client and server.
function net.pair(family)
  local listener, address = net.listen(family)
  local client = net.keep(M.connect(address))
  local server = net.keep(listener:accept())
  listener:close()
  client:settimeout(20)
  server:settimeout(20)
  return client, server
end

--- A bound datagram socket, and its address.
function net.datagram(family, options)
  options = options or {}
  options.bind = (family or net.families.ipv4).any()
  options.timeout = options.timeout or 20
  local socket = net.keep(M.udp(options))
  return socket, socket:local_address()
end

--- An address nobody listens at.
function net.refused()
  local listener, address = net.listen()
  listener:close()
  return address
end

--- The port of an address.
function net.port(address)
  return address:match(":(%d+)$")
end

--- The results are those of a failure: nil, this message, this code, and nothing more.
function net.fails(message, code, ...)
  t.same(t.pack(...), { n = 3, nil, message, code })
end

--- The same for a failure that tells how much was done before: that is returned.
function net.fails_after(message, code, ...)
  local results = t.pack(...)
  t.equal(results.n, 4)
  t.same({ results[1], results[2], results[3] }, { nil, message, code })
  t.integer(results[4])
  return results[4]
end

--- What methods take: the arguments of a call that a closed object would refuse.
local common = {
  close = t.pack(),
  local_address = t.pack(),
  settimeout = t.pack(1),
  option = t.pack("receive_buffer"),
  descriptor = t.pack(),
}

local function methods(more)
  for name, arguments in pairs(common) do
    more[name] = arguments
  end
  return more
end

net.listener_methods = methods {
  accept = t.pack(),
  incoming = t.pack(),
  serve = t.pack(function() end),
  stop = t.pack(),
}

net.stream_methods = methods {
  read = t.pack(1),
  read_exactly = t.pack(1),
  read_until = t.pack("x"),
  read_all = t.pack(),
  lines = t.pack(),
  write = t.pack("x"),
  sendfile = t.pack("/dev/null"),
  shutdown = t.pack(),
  peer = t.pack(),
  await = t.pack(),
  is_ending = t.pack(),
}

net.datagram_methods = methods {
  send = t.pack("x"),
  receive = t.pack(),
  send_many = t.pack { "x" },
  receive_many = t.pack(),
  peer = t.pack(),
}

return net
