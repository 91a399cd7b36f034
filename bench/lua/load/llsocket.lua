local case = require "case"

case.measure(function()
  require "llsocket"
end)
