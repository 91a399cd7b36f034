-- Every function with every kind of wrong value in every position.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"
local wrong_values = require "spec.support.wrong_values"

local ipv4, unix = net.families.ipv4, net.families.unix

local function close(fd)
  t.equal(S.close(fd), true)
end

--- A descriptor that has been read to its end, so that reading it never waits.
local function ended()
  local client, server = net.pair(unix)
  net.shut(client)
  return server
end

--- A datagram socket with a datagram in it.
local function filled()
  local receiver, address = net.datagram(unix)
  t.equal(S.sendto(receiver, address, "x"), 1)
  return receiver
end

--- A listening socket with a client in its queue.
local function awaited()
  local listener, address = net.listen(unix)
  net.keep(S.connect(address))
  return listener
end

wrong_values.try_all(S, {
  bind = {
    { kinds = { "string" }, arguments = ipv4.any, undo = close },
    {
      kinds = { "string", "either?" },
      arguments = function()
        return "127.0.0.1", 0
      end,
      skip = wrong_values.is_foreign_first,
      undo = close,
    },
  },
  connect = {
    {
      kinds = { "string" },
      arguments = function()
        return (select(2, net.listen(unix)))
      end,
      undo = close,
    },
    {
      kinds = { "string", "either?" },
      arguments = function()
        return "127.0.0.1", S.parseaddr((select(2, net.listen(ipv4)))).port
      end,
      skip = wrong_values.is_foreign_first,
      undo = close,
    },
  },
  accept = { kinds = { "integer" }, arguments = awaited, undo = close },
  read = {
    kinds = { "integer", "integer?" },
    arguments = function()
      return ended(), 0
    end,
  },
  write = {
    kinds = { "integer", "string", "integer?", "integer?" },
    arguments = function()
      return net.pair(unix), "abc", 1, 1
    end,
  },
  close = {
    kinds = { "integer" },
    arguments = function()
      local fd = assert(S.udpsocket())
      t.defer(function()
        S.close(fd)
      end)
      return fd
    end,
  },
  udpsocket = { kinds = { "string?" }, arguments = ipv4.any, undo = close },
  sendto = {
    kinds = { "integer", "string", "string" },
    arguments = function()
      local fd, address = net.datagram(ipv4)
      return fd, address, "x"
    end,
  },
  recvfrom = {
    kinds = { "integer", "integer?" },
    arguments = function()
      return filled(), 0
    end,
  },
  getsockname = { kinds = { "integer" }, arguments = ended },
  getpeername = { kinds = { "integer" }, arguments = ended },
  getaddrinfo = {
    kinds = { "string", "either?" },
    arguments = function()
      return "127.0.0.1", 80
    end,
    skip = wrong_values.is_foreign_first,
  },
  getnameinfo = {
    kinds = { "string", "anything" },
    arguments = function()
      return S.ipv4addr("127.0.0.1", 80), true
    end,
  },
  msleep = {
    kinds = { "integer" },
    arguments = function()
      return 0
    end,
    -- It would sleep for so long.
    skip = function(_, value)
      return (tonumber(value) or 0) >= 1
    end,
  },
  poll = {
    kinds = { "string", "integer?" },
    arguments = function()
      return S.pollfd(ended(), S.POLLIN), 0
    end,
  },
  ipv4addr = {
    kinds = { "string", "integer" },
    arguments = function()
      return "127.0.0.1", 80
    end,
  },
  ipv6addr = {
    kinds = { "string", "integer", "either?" },
    arguments = function()
      return "::1", 80, 1
    end,
  },
  unixaddr = {
    kinds = { "string" },
    arguments = function()
      return "/tmp/xyz.sock"
    end,
  },
  parseaddr = { kinds = { "string" }, arguments = ipv4.any },
  pollfd = {
    kinds = { "integer", "integer" },
    arguments = function()
      return 5, 1
    end,
  },
  unpollfds = {
    kinds = { "string" },
    arguments = function()
      return S.pollfd(5, 1)
    end,
  },
})
