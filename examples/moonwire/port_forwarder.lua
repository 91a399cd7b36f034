-- Forwards connections to another address.
--
--   moonwire examples/moonwire/port_forwarder.lua <target> [address]
--   moonwire examples/moonwire/port_forwarder.lua localhost:80
--   moonwire examples/moonwire/port_forwarder.lua unix:/run/some.socket 127.0.0.1:8080
--
-- Each direction ends on its own, so that a client that has sent everything still gets its answer.

local moonwire = require "moonwire"

local target = arg[1]
local address = arg[2] or "127.0.0.1:0"
if not target then
  io.stderr:write("usage: port_forwarder.lua target [address]\n")
  return os.exit(2)
end
-- How long connecting may take, the look-up of the name included, in seconds.
local PATIENCE = 10
-- How long connections may go on after SIGTERM.
local GRACE = 5

io.stdout:setvbuf("line")

local function pump(from, to)
  while true do
    local data, _, code = from:read()
    if not data then
      if code == "closed" then
        -- The others learn that there is no more, and can still send.
        to:shutdown()
        return
      end
      break
    end
    if not to:write(data) then
      break
    end
  end
  -- What has failed in one direction wakes the task of the other.
  from:close()
  to:close()
end

local function forward(client)
  local server, message = moonwire.connect(target, { timeout = PATIENCE })
  if not server then
    io.stderr:write(tostring(message), "\n")
    return
  end
  server:settimeout(nil)
  -- What comes in pieces is passed on in pieces. A unix socket has no such option, and needs none.
  server:option("nodelay", true)
  client:option("nodelay", true)
  moonwire.group(function(directions)
    directions:spawn(pump, client, server)
    directions:spawn(pump, server, client)
  end)
  server:close()
end

moonwire.run(function()
  local listener = assert(moonwire.listen(address))
  local stopper = moonwire.spawn(function()
    if moonwire.signal("TERM", "INT") then
      listener:stop(GRACE)
    end
  end)
  print("forwarding " .. listener:local_address() .. " to " .. target)
  assert(listener:serve(forward))
  stopper:cancel()
end)
