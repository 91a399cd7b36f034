local case = require "case"
local cqueues = require "cqueues"
local socket = require("cqueues.socket").connect(case.host, case.port)
assert(socket:connect())
socket:setmode("bn", "bn")
local message = case.message

case.measure(function()
  local loop = cqueues.new()
  loop:wrap(function()
    for _ = 1, case.count do
      socket:write(message)
      assert(#socket:read(#message) == #message)
    end
  end)
  assert(loop:loop())
end)
