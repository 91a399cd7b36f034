local case = require "case"
local write = require("minisock").write

case.measure(function()
  for _ = 1, case.count do
    write(-1, "")
  end
end)
