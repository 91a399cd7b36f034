local case = require "case"

case.measure(function()
  require "minisock"
end)
