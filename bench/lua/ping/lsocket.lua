local case = require "case"
local lsocket = require "lsocket"
local socket = assert(lsocket.connect(case.host, case.port))
lsocket.select(nil, { socket })
assert(socket:status())
local select, message, list = lsocket.select, case.message, { socket }

case.repeated(function()
  socket:send(message)
  select(list, 10)
  assert(#socket:recv() == #message)
end)
