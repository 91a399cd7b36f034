local case = require "case"

case.measure(function()
  require "cqueues.socket"
end)
