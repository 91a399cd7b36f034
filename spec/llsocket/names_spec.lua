-- Every name that the documents give is there.

local L = require "llsocket"
local t = require "spec.support"
local types = require "spec.support.types"
local names = require "spec.llsocket.names"

local function missing(list, where)
  local absent = {}
  for name in list:gmatch("%S+") do
    if where[name] == nil then
      absent[#absent + 1] = name
    end
  end
  return table.concat(absent, " ")
end

t.it("has every constant, an integer each", function()
  t.equal(missing(names.constants, L), "")
  for name in names.constants:gmatch("%S+") do
    t.integer(L[name])
  end
end)

t.it("has every function", function()
  for module, functions in pairs(names.functions) do
    t.equal(missing(functions, L[module]), "")
  end
end)

t.it("has every method", function()
  local ai = assert(L.inet.getaddrinfo("127.0.0.1", "0"))[1]
  local sock = assert(L.socket.new(ai))
  t.equal(missing(names.addrinfo, types.methods(ai)), "")
  t.equal(missing(names.socket, types.methods(sock)), "")
  sock:close()
end)
