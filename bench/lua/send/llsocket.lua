local case = require "case"
local llsocket = require "llsocket"
local address = assert(llsocket.inet.getaddrinfo(case.host, tostring(case.port)))
local socket = assert(llsocket.socket.new(address))
assert(not socket:connect())
local block = case.block

case.repeated(function()
  local rest = block
  repeat
    local sent = assert(socket:send(rest))
    rest = rest:sub(sent + 1)
  until rest == ""
end)
