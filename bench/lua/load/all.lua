-- The modules one after the other.
local case = require "case"

case.measure(function()
  require "minisock"
  require "lsocket"
  require "ssocket"
  require "llsocket"
  require "moonwire"
end)
