local case = require "case"
local socket = assert(require("socket").connect(case.host, case.port))
local expected = case.line

case.repeated(function()
  assert(socket:receive("*l") == expected)
end)
