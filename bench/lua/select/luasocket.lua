local case = require "case"
local socket = require "socket"
local sockets, total = {}, case.port
for index = 1, total do
  sockets[index] = assert(socket.udp())
  assert(sockets[index]:setsockname(case.host, 0))
end
local one = sockets[total - total // 10]
assert(one:sendto("x", one:getsockname()))
local select = socket.select

case.repeated(function()
  assert(select(sockets, nil, 1)[1] == one)
end)
