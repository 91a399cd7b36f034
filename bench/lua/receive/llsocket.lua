local case = require "case"
local llsocket = require "llsocket"
local address = assert(llsocket.inet.getaddrinfo(case.host, tostring(case.port)))
local socket = assert(llsocket.socket.new(address))
assert(not socket:connect())
local size, whole = #case.block, llsocket.MSG_WAITALL

case.repeated(function()
  assert(#socket:recv(size, whole) == size)
end)
