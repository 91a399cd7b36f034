local lsocket = require "lsocket"
local t = require "spec.support"
local types = require "spec.support.types"

t.it("annotates exactly what the module and its sockets have", function()
  types.check("lsocket", "lsocket", lsocket)
  local socket = lsocket.bind("127.0.0.1", 0)
  types.check("lsocket", "socket", types.methods(socket))
  socket:close()
end)
