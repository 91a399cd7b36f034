local case = require "case"
local socket = require("ssocket").tcp()
assert(socket:connect(case.host, case.port))

case.measure(function()
  for _ = 1, case.count do
    socket:fileno()
  end
end)
