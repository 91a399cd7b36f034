local case = require "case"
local socket = assert(require("socket").connect(case.host, case.port))
local size = #case.block

case.repeated(function()
  assert(#socket:receive(size) == size)
end)
