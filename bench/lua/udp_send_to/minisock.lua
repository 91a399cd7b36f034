local case = require "case"
local minisock = require "minisock"
local socket = assert(minisock.udpsocket())
local sendto, to, message = minisock.sendto, minisock.ipv4addr(case.host, case.port), case.message

case.repeated(function()
  if not sendto(socket, to, message) then
    error("not sent")
  end
end)
