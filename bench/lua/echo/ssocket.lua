-- A server that knows of no loop, in tasks of `moonwire`. Its reads are of an exact size.
local case = require "case"
local moonwire = require "moonwire"
local ssocket = require "ssocket"

local function echo(connection)
  while true do
    local data = connection:read(#case.message)
    if not data then
      break
    end
    connection:write(data)
  end
  connection:close()
end

moonwire.run(function()
  local server = ssocket.tcp()
  assert(server:bind(case.host, 0))
  assert(server:listen(4096))
  case.announce(server:getsockname()[2])
  while true do
    moonwire.spawn(echo, assert(server:accept()))
  end
end)
