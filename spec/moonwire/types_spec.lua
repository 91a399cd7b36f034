local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"
local types = require "spec.support.types"

t.it("annotates exactly what the module exports", function()
  types.check("moonwire", "moonwire", M)
end)

t.it("annotates exactly the methods of sockets", function()
  local listener, address = net.listen()
  types.check("moonwire", "listener", types.methods(listener))
  types.check("moonwire", "stream", types.methods(net.keep(M.connect(address))))
  types.check("moonwire", "datagram", types.methods(net.keep(M.udp())))
end)
