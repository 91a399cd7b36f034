-- Our tasks in somebody else's event loop: `pollfd` is a descriptor that is readable when there is
-- something to do, and `step` does it.
--
--   moonwire examples/moonwire/external_loop.lua [poll|luv [seconds]]
--
-- With `luv` it is the loop of libuv; without, that of `minisock.poll`, which may stand for a GUI or an
-- editor. Either has things of its own to do, a tick each tenth of a second, while our tasks serve.

local moonwire = require "moonwire"

local loop_name = arg[1] or "poll"
local seconds = tonumber(arg[2] or "1")

-- How long a peer may be silent, in seconds.
local PATIENCE = 2

io.stdout:setvbuf("line")

-- Our part: a server, and a client of it. They know nothing of the loop.
local exchanges, is_over = 0, false

local function serve(connection)
  connection:settimeout(PATIENCE)
  for line in connection:lines() do
    connection:write(line:upper(), "\n")
  end
  connection:close()
end

local function client(address)
  local connection = assert(moonwire.connect(address, { timeout = PATIENCE }))
  while not is_over do
    assert(connection:write("ping\n"))
    local answer = assert(connection:read_until("\n"))
    assert(answer == "PING")
    exchanges = exchanges + 1
    moonwire.sleep(0.01)
  end
  connection:close()
end

-- Where one of the group's tasks fails, the other is cancelled: neither waits for ever.
moonwire.spawn(moonwire.group, function(group)
  local listener = assert(moonwire.listen("127.0.0.1:0"))
  print("listening on " .. listener:local_address())
  group:spawn(client, listener:local_address())
  local connection = assert(listener:accept())
  listener:close()
  serve(connection)
end)

-- Their part.
local ticks = 0

local loops = {}

function loops.poll()
  local minisock = require "minisock"
  local watched = minisock.pollfd(assert(moonwire.pollfd()), minisock.POLLIN)
  local began = moonwire.now()
  local next_tick = began + 0.1
  local are_tasks_left = true
  while are_tasks_left do
    local left = math.max(0, next_tick - moonwire.now())
    local _, ready = assert(minisock.poll(watched, math.ceil(left * 1000)))
    if ready > 0 then
      are_tasks_left = moonwire.step(0)
    end
    if moonwire.now() >= next_tick then
      ticks = ticks + 1
      next_tick = next_tick + 0.1
      is_over = moonwire.now() - began >= seconds
    end
  end
end

function loops.luv()
  local luv = require "luv"
  local watcher, timer = luv.new_poll(moonwire.pollfd()), luv.new_timer()
  local began = moonwire.now()
  watcher:start("r", function()
    if not moonwire.step(0) then
      watcher:close()
      timer:close()
    end
  end)
  timer:start(100, 100, function()
    ticks = ticks + 1
    is_over = moonwire.now() - began >= seconds
  end)
  luv.run()
end

assert(loops[loop_name], "the loop is poll or luv")()
print(("%d ticks of %s, %d exchanges of ours"):format(ticks, loop_name, exchanges))
