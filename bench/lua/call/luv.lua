local case = require "case"
local socket = require("luv").new_tcp()

case.measure(function()
  for _ = 1, case.count do
    socket:is_closing()
  end
end)
