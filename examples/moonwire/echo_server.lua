-- An echo server that ends gracefully.
--
--   moonwire examples/moonwire/echo_server.lua [address]
--   socat - TCP:127.0.0.1:<port>
--   kill <its process>
--
-- On SIGTERM or SIGINT it accepts no more, lets those whom it serves finish, and breaks off what is left
-- after a while.

local moonwire = require "moonwire"

local address = arg[1] or "127.0.0.1:0"
-- How long a client may be silent, in seconds.
local PATIENCE = 60
-- How long the end may take.
local GRACE = 5

io.stdout:setvbuf("line")

local function serve(connection)
  connection:settimeout(PATIENCE)
  while true do
    local data = connection:read()
    if not data or not connection:write(data) then
      break
    end
  end
end

moonwire.run(function()
  local listener = assert(moonwire.listen(address))
  local stopper = moonwire.spawn(function()
    local name = moonwire.signal("TERM", "INT")
    if name then
      print("ending: " .. name)
      print(listener:stop(GRACE) and "everybody has been served" or "some were broken off")
    end
  end)
  print("listening on " .. listener:local_address())
  assert(listener:serve(serve))
  stopper:join()
end)
