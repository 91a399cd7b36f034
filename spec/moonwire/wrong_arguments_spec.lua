-- Every function and every method of sockets with every kind of wrong value in every position.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"
local types = require "spec.support.types"
local wrong_values = require "spec.support.wrong_values"

local abstract = net.families.abstract

local function close(socket)
  t.equal(socket:close(), true)
end

--- A success, or a failure of this module: nil, a message, a code.
local function is_result(...)
  local results = t.pack(...)
  if results[1] ~= nil then
    return true
  end
  local tells = results.n == 3 or results.n == 4 and type(results[4]) == "number"
  return tells and type(results[2]) == "string" and type(results[3]) == "string"
end

-- The other functions are tried in specs of their own.
local functions = { listen = M.listen, connect = M.connect, udp = M.udp, resolve = M.resolve }

wrong_values.try_all(functions, {
  listen = {
    kinds = { "place", "anything" },
    arguments = function()
      return "127.0.0.1:0", {}
    end,
    returns = is_result,
    undo = close,
  },
  connect = {
    kinds = { "place", "anything" },
    arguments = function()
      local _, address = net.listen()
      return address, {}
    end,
    returns = is_result,
    undo = close,
  },
  udp = {
    kinds = { "table?" },
    arguments = function()
      return {}
    end,
    returns = is_result,
    undo = close,
  },
  resolve = {
    kinds = { "string", "anything" },
    arguments = function()
      return "localhost", 80
    end,
    returns = is_result,
    skip = wrong_values.is_foreign_first,
  },
})

--- A connection that has been read to its end, so that reading never waits.
local function ended()
  local client, server = net.pair(abstract)
  client:close()
  return server
end

local function connected()
  return (net.pair(abstract))
end

local function listening()
  local listener, address = net.listen()
  net.keep(M.connect(address))
  return listener
end

local function closed()
  local listener = listening()
  listener:close()
  return listener
end

local function filled()
  local socket, address = net.datagram()
  t.equal(socket:send("x", address), true)
  return socket
end

local function method(make, kinds, ...)
  local values = t.pack(...)
  return {
    method = true,
    kinds = kinds,
    arguments = function()
      return make(), t.unpack(values)
    end,
    returns = is_result,
  }
end

local function common(make, calls)
  calls.close = method(make, {})
  calls.local_address = method(make, {})
  calls.settimeout = method(make, { "number?" }, 1)
  calls.option = method(make, { "string", "anything" }, "receive_buffer", 10000)
  calls.descriptor = method(make, {})
  return calls
end

--- The methods of an object.
local function methods_of(make)
  local methods
  t.it("has methods", function()
    methods = types.methods(make())
  end)
  return methods
end

local accept = method(listening, {})
accept.undo = close

-- What is wrong with the options has a spec of its own.
local serve = method(closed, { "function", "anything" }, function() end, {})

wrong_values.try_all(methods_of(listening), common(listening, {
  accept = accept,
  incoming = method(listening, {}),
  serve = serve,
  stop = method(listening, { "number?" }, 1),
}))

wrong_values.try_all(methods_of(connected), common(connected, {
  read = method(ended, { "integer?" }, 1),
  read_exactly = method(ended, { "integer" }, 1),
  read_until = method(ended, { "string", "integer?" }, "x", 10),
  read_all = method(ended, { "integer?" }, 10),
  lines = method(ended, { "integer?" }, 10),
  write = method(connected, { "anything" }, "x"),
  sendfile = method(connected, { "anything", "integer?", "integer?" }, "/dev/null", 0, 1),
  shutdown = method(connected, { "string?" }, "both"),
  peer = method(connected, {}),
  await = method(ended, {}),
  is_ending = method(connected, {}),
}))

wrong_values.try_all(methods_of(filled), common(filled, {
  send = method(filled, { "string", "anything" }, "x", "127.0.0.1:9"),
  receive = method(filled, { "integer?" }, 10),
  send_many = method(filled, { "table", "anything" }, { "x" }, "127.0.0.1:9"),
  receive_many = method(filled, { "integer?", "integer?" }, 10, 10),
  peer = method(filled, {}),
}))
