local case = require "case"

case.measure(function()
  require "socket"
end)
