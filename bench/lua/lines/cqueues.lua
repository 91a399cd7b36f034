local case = require "case"
local cqueues = require "cqueues"
local socket = require("cqueues.socket").connect(case.host, case.port)
assert(socket:connect())
socket:setmode("t", "bn")
local expected = case.line

case.measure(function()
  local loop = cqueues.new()
  loop:wrap(function()
    for _ = 1, case.count do
      if socket:read("*l") ~= expected then
        error("another line")
      end
    end
  end)
  assert(loop:loop())
end)
