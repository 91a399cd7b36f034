local case = require "case"

case.measure(function()
  require "ssocket"
end)
