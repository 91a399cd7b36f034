local case = require "case"
local socket = require("ssocket").tcp()
assert(socket:connect(case.host, case.port))
local size = #case.block

case.repeated(function()
  assert(#socket:read(size) == size)
end)
