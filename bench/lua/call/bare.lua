local case = require "case"
local socket = require("bare").tcp(case.port)

case.measure(function()
  for _ = 1, case.count do
    socket:nothing()
  end
end)
