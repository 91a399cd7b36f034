local L = require "llsocket"
local t = require "spec.support"
local types = require "spec.support.types"

t.it("annotates exactly what the module exports", function()
  types.check("llsocket", "llsocket", L)
  for _, name in ipairs { "inet", "unix", "socket", "device" } do
    types.check("llsocket", name, L[name])
  end
end)

t.it("annotates exactly the methods of the objects", function()
  local ai = assert(L.inet.getaddrinfo("127.0.0.1", "0"))[1]
  local pair = assert(L.socket.pair(L.SOCK_STREAM))
  types.check("llsocket", "addrinfo_methods", types.methods(ai))
  types.check("llsocket", "socket_methods", types.methods(pair[1]))
  pair[1]:send("x")
  types.check("llsocket", "message_methods", types.methods(pair[2]:recvmsg()))
  pair[1]:close()
  pair[2]:close()
end)
