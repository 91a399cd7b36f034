-- minisock's datagram sockets have no peer: the address goes with each datagram.
local case = require "case"
local minisock = require "minisock"
local socket = assert(minisock.udpsocket())
local to, message = minisock.ipv4addr(case.host, case.port), case.message
local sendto, recvfrom = minisock.sendto, minisock.recvfrom

case.repeated(function()
  sendto(socket, to, message)
  assert(#recvfrom(socket) == #message)
end)
