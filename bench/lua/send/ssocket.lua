local case = require "case"
local socket = require("ssocket").tcp()
assert(socket:connect(case.host, case.port))
local block = case.block

case.repeated(function()
  assert(socket:write(block))
end)
