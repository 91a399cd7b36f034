local case = require "case"
local socket = require("cqueues.socket").connect(case.host, case.port)

case.measure(function()
  for _ = 1, case.count do
    socket:pending()
  end
end)
