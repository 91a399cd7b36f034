-- As minisock.lua, without the time-out.
local case = require "case"
local minisock = require "minisock"
local socket = assert(minisock.connect(case.host, case.port))
local write, read, message = minisock.write, minisock.read, case.message

case.repeated(function()
  write(socket, message)
  assert(#read(socket, -1) == #message)
end)
