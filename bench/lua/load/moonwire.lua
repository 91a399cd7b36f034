local case = require "case"

case.measure(function()
  require "moonwire"
end)
