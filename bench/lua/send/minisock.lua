local case = require "case"
local minisock = require "minisock"
local socket = assert(minisock.connect(case.host, case.port))
local write, block = minisock.write, case.block

case.repeated(function()
  local sent = assert(write(socket, block))
  while sent < #block do
    sent = sent + assert(write(socket, block, sent + 1))
  end
end)
