local S = require "ssocket"
local t = require "spec.support"
local types = require "spec.support.types"

t.it("annotates exactly what the module exports", function()
  types.check("ssocket", "ssocket", S)
end)

t.it("annotates exactly the methods of the objects", function()
  types.check("ssocket", "tcpsock", types.methods(S.tcp()))
  types.check("ssocket", "udpsock", types.methods(S.udp()))
end)
