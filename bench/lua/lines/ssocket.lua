local case = require "case"
local socket = require("ssocket").tcp()
assert(socket:connect(case.host, case.port))
local expected, line = case.line, socket:readuntil("\r\n")

case.repeated(function()
  if line() ~= expected then
    error("another line")
  end
end)
