local case = require "case"
local socket = assert(require("socket").connect(case.host, case.port))
local expected = case.line

case.repeated(function()
  if socket:receive("*l") ~= expected then
    error("another line")
  end
end)
