local case = require "case"
local cqueues = require "cqueues"
local socket = require("cqueues.socket").connect(case.host, case.port)
assert(socket:connect())
socket:setmode("bn", "bn")
local block = case.block

case.measure(function()
  local loop = cqueues.new()
  loop:wrap(function()
    for _ = 1, case.count do
      assert(socket:write(block))
    end
  end)
  assert(loop:loop())
end)
