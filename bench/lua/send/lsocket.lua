local case = require "case"
local lsocket = require "lsocket"
local socket = assert(lsocket.connect(case.host, case.port))
lsocket.select(nil, { socket })
assert(socket:status())
local block, list = case.block, { socket }

case.repeated(function()
  local rest = block
  repeat
    local sent = socket:send(rest)
    if sent then
      rest = rest:sub(sent + 1)
    else
      lsocket.select(nil, list)
    end
  until rest == ""
end)
