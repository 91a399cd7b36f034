local case = require "case"
local lsocket = require "lsocket"
local sockets, total = {}, case.port
for index = 1, total do
  sockets[index] = assert(lsocket.bind("udp", case.host, 0))
end
local one = sockets[total - total // 10]
assert(one:sendto("x", case.host, one:info("socket").port))
local select = lsocket.select

case.repeated(function()
  assert(select(sockets, 1)[1] == one)
end)
