local case = require "case"
local moonwire = require "moonwire"
local socket = assert(moonwire.udp { connect = case.host .. ":" .. case.port })
local list = {}
for index = 1, 64 do
  list[index] = case.message
end

case.measure(function()
  local left = case.count
  while left > 0 do
    left = left - assert(socket:send_many(list))
  end
end)
