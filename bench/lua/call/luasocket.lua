local case = require "case"
local socket = assert(require("socket").connect(case.host, case.port))

case.measure(function()
  for _ = 1, case.count do
    socket:getfd()
  end
end)
