local case = require "case"
local moonwire = require "moonwire"

moonwire.run(function()
  for _ = 1, case.idle do
    local connection = assert(moonwire.connect(case.host .. ":" .. case.port))
    moonwire.spawn(connection.read, connection)
  end
  local server = assert(moonwire.listen(case.host .. ":0"))
  local near = assert(moonwire.connect(server:local_address()))
  local far = assert(server:accept())
  moonwire.spawn(function()
    while true do
      far:write(far:read())
    end
  end)
  -- Until the others wait.
  moonwire.sleep(0.1)
  case.measure(function()
    near:write "x"
    for _ = 1, case.count // 2 do
      near:write(near:read())
    end
  end)
end)
