local case = require "case"
local llsocket = require "llsocket"
local address = assert(
  llsocket.inet.getaddrinfo(case.host, tostring(case.port), llsocket.SOCK_DGRAM)
)
local socket = assert(llsocket.socket.new(address))
local message = case.message

case.repeated(function()
  if not socket:sendto(message, address) then
    error("not sent")
  end
end)
