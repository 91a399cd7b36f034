local case = require "case"
local socket = require "bare"(case.port)
local expected = case.line

case.repeated(function()
  assert(socket:line() == expected)
end)
