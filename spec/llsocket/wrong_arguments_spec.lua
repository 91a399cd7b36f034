-- Every function and every method with every kind of wrong value in every position.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"
local types = require "spec.support.types"
local wrong_values = require "spec.support.wrong_values"

local ipv4 = net.families.ipv4

local function close(sock)
  sock:close()
end

--- Results of a function that has only its error.
local function only_error(...)
  return select("#", ...) == 0 or select("#", ...) == 1 and type((...)) == "string"
end

--- Results of a function that sends or receives: nothing at all, a value, or nil, the error and again.
local function transfer(...)
  local value, err, again = ...
  if select("#", ...) == 0 or value ~= nil then
    return true
  end
  return (err == nil and again == true) or (type(err) == "string" and again == false)
end

--- The same with an address info between the value and the error.
local function transfer_from(...)
  local value, _, err, again = ...
  if select("#", ...) == 0 or value ~= nil then
    return true
  end
  return (err == nil and again == true) or (type(err) == "string" and again == false)
end

local function info()
  return ipv4.any()
end

local function resolves()
  return "127.0.0.1", "80", L.SOCK_STREAM, 0, 0
end

wrong_values.try_all(L.inet, {
  getaddrinfo = {
    kinds = { "text?", "text?", "count?", "count?", "count?" },
    arguments = resolves,
    skip = wrong_values.is_foreign_first,
  },
  getaddrinfo6 = {
    kinds = { "text?", "text?", "count?", "count?", "count?" },
    arguments = function()
      return "::1", "80", L.SOCK_STREAM, 0, 0
    end,
    skip = wrong_values.is_foreign_first,
  },
})

wrong_values.try_all(L.unix, {
  getaddrinfo = {
    kinds = { "text", "count?", "count?", "count?" },
    arguments = function()
      return "/tmp/x", L.SOCK_STREAM, 0, 0
    end,
  },
})

wrong_values.try_all(L.device, {
  interfaces = { kinds = {}, arguments = function() end },
  macaddrs = { kinds = {}, arguments = function() end },
})

wrong_values.try_all(L.socket, {
  new = {
    kinds = { "object", "boolean?" },
    arguments = function()
      return ipv4.any(), false
    end,
    undo = close,
  },
  pair = {
    kinds = { "count", "boolean?", "count?" },
    arguments = function()
      return L.SOCK_STREAM, false, 0
    end,
    undo = function(pair)
      close(pair[1])
      close(pair[2])
    end,
  },
  -- Nothing is wrapped here, for then the number would have an owner.
  wrap = {
    kinds = { "count" },
    arguments = function()
      return -1
    end,
    returns = function(sock, err)
      return sock == nil and type(err) == "string"
    end,
  },
})

local function method(kinds, arguments, options)
  local call = { kinds = kinds, method = true }
  function call.arguments()
    return arguments()
  end
  for key, value in pairs(options or {}) do
    call[key] = value
  end
  return call
end

wrong_values.try_all(types.methods(info()), {
  family = method({}, info),
  socktype = method({}, info),
  protocol = method({}, info),
  addr = method({}, info),
  canonname = method({}, info, { returns = function(name) return name == nil end }),
  cannoname = method({}, info, { returns = function(name) return name == nil end }),
  nameinfo = method({ "count?" }, function()
    return info(), L.NI_NUMERICHOST
  end),
  getnameinfo = method({ "count?" }, function()
    return info(), L.NI_NUMERICHOST
  end),
})

local function message()
  local one, two = net.pair()
  one:send("x")
  return two:recvmsg()
end
t.it("has a message", function()
  local methods = types.methods(message())
  t.same({ next(methods) }, { "takefds", methods.takefds })
end)

local function unconnected()
  return net.keep(L.socket.new(ipv4.any()))
end

local function datagram()
  return (net.bound(ipv4, L.SOCK_DGRAM))
end

--- The end of a pair that has something to read, in non-blocking mode.
local function filled()
  local one, two = net.pair(L.SOCK_STREAM, true)
  one:sendfd(one)
  one:send("x")
  return two
end

local function with(sock, ...)
  local rest = t.pack(...)
  return function()
    return sock(), t.unpack(rest)
  end
end

local calls = {
  fd = method({}, unconnected),
  family = method({}, unconnected),
  socktype = method({}, unconnected),
  protocol = method({}, unconnected),
  dup = method({ "object?" }, function()
    return unconnected(), ipv4.any()
  end, { undo = close }),
  close = method({ "count?" }, with(filled, L.SHUT_WR), { returns = only_error }),
  shutdown = method({ "count?" }, with(filled, L.SHUT_WR), { returns = only_error }),
  bind = method({ "object?" }, function()
    return unconnected(), ipv4.any()
  end, { returns = only_error }),
  connect = method({ "object?" }, function()
    return unconnected(), ipv4.any()
  end, { returns = only_error }),
  listen = method({ "count?" }, with(unconnected, 1), { returns = only_error }),
  accept = method({}, unconnected, { returns = transfer }),
  getsockname = method({}, unconnected),
  getpeername = method({}, filled),
  atmark = method({}, unconnected),
  send = method({ "text", "count?" }, with(filled, "x", 0), { returns = transfer }),
  sendto = method({ "text", "object", "count?" }, function()
    local sock, ai = net.bound(ipv4, L.SOCK_DGRAM)
    return sock, "x", ai, 0
  end, { returns = transfer }),
  -- The first of the wrong values may be a file, which is as good as a descriptor.
  sendfile = method({ "descriptor", "count", "count?" }, function()
    return filled(), (net.file("abc")), 3, 0
  end, {
    returns = transfer,
    skip = function(position, value)
      return position == 1 and (type(value) == "userdata" or type(value) == "number")
    end,
  }),
  recv = method({ "count?", "count?" }, with(filled, 10, 0), { returns = transfer }),
  recvfrom = method({ "count?", "count?" }, with(filled, 10, 0), { returns = transfer_from }),
  sendmsg = method({ "table", "count?" }, with(filled, { "x" }, 0), { returns = transfer }),
  recvmsg = method({ "count?", "count?", "count?" }, with(filled, 10, 100, 0), { returns = transfer }),
  sendfd = method({ "descriptor", "count?" }, function()
    local one = net.pair(L.SOCK_STREAM, true)
    return one, one, 0
  end, {
    returns = transfer,
    skip = function(position, value)
      return position == 1 and (type(value) == "userdata" or type(value) == "number")
    end,
  }),
  recvfd = method({ "count?" }, with(filled, 0), {
    returns = transfer,
    undo = function(fd)
      L.socket.wrap(fd):close()
    end,
  }),
  error = method({}, unconnected),
  acceptconn = method({}, unconnected),
  mcastif = method({ "text?" }, with(datagram, "lo"), {
    -- Nil alone is the system's choice.
    returns = function(name, err)
      return name == nil or err == nil
    end,
  }),
}
for _, name in ipairs { "cloexec", "nonblock", "tcpnodelay", "tcpcork", "reuseport", "reuseaddr", "broadcast",
  "keepalive", "oobinline", "dontroute", "timestamp" } do
  calls[name] = method({ "boolean?" }, with(unconnected, true))
end
calls.debug = method({ "boolean?" }, with(unconnected, false))
calls.mcastloop = method({ "boolean?" }, with(datagram, true))
for _, name in ipairs { "tcpkeepalive", "tcpkeepintvl", "rcvtimeo", "sndtimeo" } do
  calls[name] = method({ "quantity?" }, with(unconnected, 1))
end
for _, name in ipairs { "tcpkeepcnt", "rcvbuf", "rcvlowat", "sndbuf" } do
  calls[name] = method({ "count?" }, with(unconnected, 1))
end
calls.sndlowat = method({ "count?" }, with(unconnected, nil))
calls.mcastttl = method({ "count?" }, with(datagram, 1))
for _, name in ipairs { "mcastjoin", "mcastleave" } do
  calls[name] = method({ "name", "text?" }, with(datagram, "239.1.1.1", "lo"), { returns = only_error })
end
for _, name in ipairs { "mcastjoinsrc", "mcastleavesrc", "mcastblocksrc", "mcastunblocksrc" } do
  calls[name] = method({ "name", "name", "text?" }, with(datagram, "239.1.1.1", "127.0.0.1", "lo"),
    { returns = only_error })
end

local methods
t.it("has methods", function()
  methods = types.methods(unconnected())
end)
wrong_values.try_all(methods, calls)
