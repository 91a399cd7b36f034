local case = require "case"
local socket = require("bare").tcp(case.port)
local expected = case.line

case.repeated(function()
  if socket:line() ~= expected then
    error("another line")
  end
end)
