local case = require "case"
local socket = assert(require("socket").connect(case.host, case.port))
local block = case.block

case.repeated(function()
  assert(socket:send(block))
end)
