local case = require "case"
local llsocket = require "llsocket"
local address = assert(llsocket.inet.getaddrinfo(case.host, tostring(case.port)))
local socket = assert(llsocket.socket.new(address))

case.measure(function()
  for _ = 1, case.count do
    socket:fd()
  end
end)
