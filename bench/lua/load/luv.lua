local case = require "case"

case.measure(function()
  require "luv"
end)
