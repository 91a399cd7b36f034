local case = require "case"
local lsocket = require "lsocket"
local socket = assert(lsocket.connect("udp", case.host, case.port))
local select, message, list = lsocket.select, case.message, { socket }

case.repeated(function()
  socket:send(message)
  select(list, 10)
  assert(#socket:recv() == #message)
end)
