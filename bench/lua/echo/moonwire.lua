local case = require "case"
local moonwire = require "moonwire"

local function echo(connection)
  while true do
    local data = connection:read()
    if not data then
      break
    end
    connection:write(data)
  end
  connection:close()
end

moonwire.run(function()
  local server = assert(moonwire.listen(case.host .. ":0", { backlog = 4096 }))
  case.announce(server:local_address():match "%d+$")
  for connection in server:incoming() do
    moonwire.spawn(echo, connection)
  end
end)
