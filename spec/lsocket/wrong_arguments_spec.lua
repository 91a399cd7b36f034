-- Every function and every method with every kind of wrong value in every position.

local lsocket = require "lsocket"
local t = require "spec.support"
local net = require "spec.lsocket.support"
local types = require "spec.support.types"
local wrong_values = require "spec.support.wrong_values"

local inet, abstract = net.families.inet, net.families.abstract

local function close(socket)
  t.equal(socket:close(), true)
end

--- Values that would be a host, a type or a port somewhere else.
local function is_foreign_host(position, value)
  return position == 1 and (value == nil or wrong_values.is_foreign_host(value))
end

wrong_values.try_all(lsocket, {
  bind = {
    {
      kinds = { "integer?" },
      arguments = function()
        return 0
      end,
      skip = function(_, value)
        return type(value) == "string" or value == nil
      end,
      undo = close,
    },
    {
      kinds = { "integer?", "integer?" },
      arguments = function()
        return 0, 5
      end,
      skip = function(position, value)
        return position == 1 and (type(value) == "string" or value == nil)
      end,
      undo = close,
    },
  },
  connect = {
    kinds = { "string", "integer", "integer?" },
    arguments = function()
      local host, port = net.address(net.listen(inet))
      return host, port, 1
    end,
    skip = is_foreign_host,
    undo = close,
  },
  select = {
    kinds = { "anything", "anything", "anything" },
    arguments = function()
      return { (net.listen(inet)) }, { (net.pair(abstract)) }, 0
    end,
    skip = function(position, value)
      -- It would wait for so long.
      return (tonumber(value) or 0) ~= 0 or value == nil and position == 3
    end,
  },
  resolve = {
    kinds = { "string" },
    arguments = function()
      return "127.0.0.1"
    end,
    skip = is_foreign_host,
  },
  getinterfaces = {
    kinds = {},
    arguments = function() end,
  },
})

local function method(kinds, ...)
  local arguments = t.pack(...)
  return {
    kinds = kinds,
    method = true,
    arguments = function()
      local socket = net.keep(lsocket.connect(net.address(net.listen(abstract))))
      return socket, t.unpack(arguments)
    end,
  }
end

local info = method({ "string?" }, "peer")
function info.skip(_, value)
  -- Nil alone for any other word, which no failure is.
  return type(value) == "string" or type(value) == "number"
end

local listening = method {}
function listening.arguments()
  return (net.listen(abstract))
end

local setfd = method { "integer" }
function setfd.arguments()
  -- A closed one, whose descriptor nobody has to close.
  local socket = net.listen(abstract)
  socket:close()
  return socket, -1
end

local sendto = method({ "string", "string", "integer" })
function sendto.arguments()
  local socket = net.datagram(inet)
  return socket, "x", net.address(socket)
end
function sendto.skip(position, value)
  return position == 2 and is_foreign_host(1, value)
end

local methods
t.it("has methods", function()
  methods = types.methods(net.listen(inet))
end)

wrong_values.try_all(methods, {
  info = info,
  status = method {},
  getfd = method {},
  setfd = setfd,
  accept = listening,
  recv = method({ "integer?" }, 1),
  recvfrom = method({ "integer?" }, 1),
  send = method({ "string" }, "x"),
  sendto = sendto,
  close = method {},
})
