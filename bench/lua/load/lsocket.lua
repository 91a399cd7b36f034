local case = require "case"

case.measure(function()
  require "lsocket"
end)
