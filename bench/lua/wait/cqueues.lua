local case = require "case"
local cqueues = require "cqueues"
local socket = require "cqueues.socket"
local loop = cqueues.new()

local function connect(port)
  local connection = socket.connect(case.host, port)
  assert(connection:connect())
  connection:setmode("b", "bn")
  return connection
end

loop:wrap(function()
  for _ = 1, case.idle do
    local connection = connect(case.port)
    loop:wrap(function()
      connection:read(-1)
    end)
  end
  local server = socket.listen { host = case.host, port = 0 }
  assert(server:listen())
  local near = connect((select(3, server:localname())))
  local far = assert(server:accept())
  far:setmode("b", "bn")
  loop:wrap(function()
    while true do
      far:write(far:read(-1))
    end
  end)
  -- Until the others wait.
  cqueues.sleep(0.1)
  case.measure(function()
    near:write "x"
    for _ = 1, case.count // 2 do
      near:write(near:read(-1))
    end
  end)
end)
assert(loop:loop())
