-- Every function and every method with every kind of wrong value in every position.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"
local types = require "spec.support.types"
local wrong_values = require "spec.support.wrong_values"

local ipv4, abstract = net.families.ipv4, net.families.abstract

local function close(socket)
  t.equal(socket:close(), true)
end

local function none()
  return
end

wrong_values.try_all(S, {
  tcp = { kinds = {}, arguments = none, undo = close },
  udp = { kinds = {}, arguments = none, undo = close },
  select = {
    kinds = { "anything", "anything", "anything" },
    arguments = function()
      return { (net.listen(ipv4)) }, { (net.pair(abstract)) }, 0
    end,
    skip = function(position, value)
      -- The lists are tried in the spec of select; other values might wait.
      return position < 3 or value == nil or (tonumber(value) or 0) ~= 0
    end,
  },
})

--- A connection that has been read to its end, so that reading never waits.
local function ended()
  local client, server = net.pair(abstract)
  client:close()
  return server
end

local function fresh()
  return net.keep(S.tcp())
end

local function filled()
  local socket = net.datagram(ipv4)
  t.equal(socket:sendto("x", net.arguments(socket:getsockname())), true)
  return socket
end

local function method(call)
  call.method = true
  return call
end

local function of_no_arguments(make)
  return method {
    kinds = {},
    arguments = function()
      return make()
    end,
  }
end

local function setopt(make)
  return method {
    kinds = { "string", "anything" },
    arguments = function()
      return make(), S.OPT_TCP_REUSEADDR, true
    end,
  }
end

local function getopt(make)
  return method {
    kinds = { "string" },
    arguments = function()
      return make(), S.OPT_TCP_REUSEADDR
    end,
  }
end

--- The methods of an object but settimeout: it has no results, which would be taken for a failure
--- here. The spec of time-outs tries it.
local function methods(object)
  local copy = {}
  for name, fn in pairs(types.methods(object)) do
    copy[name] = fn
  end
  copy.settimeout = nil
  return copy
end

wrong_values.try_all(methods(S.tcp()), {
  connect = method {
    kinds = { "string", "integer" },
    arguments = function()
      local _, host, port = net.listen(ipv4)
      return fresh(), host, port
    end,
    skip = wrong_values.is_foreign_first,
  },
  bind = method {
    kinds = { "string", "integer" },
    arguments = function()
      return fresh(), "127.0.0.1", 0
    end,
    skip = wrong_values.is_foreign_first,
  },
  listen = method {
    kinds = { "integer?" },
    arguments = function()
      local socket = fresh()
      t.equal(socket:bind("127.0.0.1", 0), true)
      return socket, 1
    end,
  },
  accept = method {
    kinds = {},
    arguments = function()
      local listener, host, port = net.listen(ipv4)
      t.equal(fresh():connect(host, port), true)
      return listener
    end,
    undo = close,
  },
  write = method {
    kinds = { "string" },
    arguments = function()
      local client = net.pair(abstract)
      return client, "x"
    end,
  },
  read = method {
    kinds = { "integer" },
    arguments = function()
      return ended(), 0
    end,
    -- There is nothing to read: the failure has a third result.
    skip = function(_, value)
      local size = tonumber(value)
      return size and size > 0 and size <= 2 ^ 30
    end,
  },
  readuntil = method {
    kinds = { "string", "anything" },
    arguments = function()
      return ended(), "x", true
    end,
  },
  shutdown = method {
    kinds = { "integer" },
    arguments = function()
      return (net.pair(abstract)), S.SHUT_RDWR
    end,
  },
  close = of_no_arguments(ended),
  fileno = of_no_arguments(ended),
  gettimeout = of_no_arguments(ended),
  getpeername = of_no_arguments(ended),
  getsockname = of_no_arguments(ended),
  setopt = setopt(fresh),
  getopt = getopt(ended),
})

wrong_values.try_all(methods(S.udp()), {
  connect = method {
    kinds = { "string", "integer" },
    arguments = function()
      return net.keep(S.udp()), "127.0.0.1", 9
    end,
    skip = wrong_values.is_foreign_first,
  },
  bind = method {
    kinds = { "string", "integer" },
    arguments = function()
      return net.keep(S.udp()), "127.0.0.1", 0
    end,
    skip = wrong_values.is_foreign_first,
  },
  recv = method {
    kinds = { "integer" },
    arguments = function()
      return filled(), 10
    end,
  },
  recvfrom = method {
    kinds = { "integer" },
    arguments = function()
      return filled(), 10
    end,
  },
  send = method {
    kinds = { "string" },
    arguments = function()
      local socket = net.datagram(ipv4)
      t.equal(socket:connect(net.arguments(socket:getsockname())), true)
      return socket, "x"
    end,
  },
  sendto = method {
    kinds = { "string", "string", "integer" },
    arguments = function()
      local socket = net.datagram(ipv4)
      return socket, "x", net.arguments(socket:getsockname())
    end,
    skip = function(position, value)
      return wrong_values.is_foreign_first(position - 1, value)
    end,
  },
  close = of_no_arguments(filled),
  fileno = of_no_arguments(filled),
  gettimeout = of_no_arguments(filled),
  getsockname = of_no_arguments(filled),
  getpeername = of_no_arguments(function()
    local socket = net.datagram(ipv4)
    t.equal(socket:connect(net.arguments(socket:getsockname())), true)
    return socket
  end),
  setopt = setopt(filled),
  getopt = getopt(filled),
})
