-- Receives datagrams in batches, as many with one system call as have come, and tells each second what
-- that was.
--
--   moonwire examples/moonwire/udp_batch_receiver.lua [address [seconds]]
--   socat -u OPEN:README.md,ignoreeof UDP:127.0.0.1:<port>
--
-- It ends after so many seconds, or on SIGTERM or SIGINT, with the sums.

local moonwire = require "moonwire"

local address = arg[1] or "127.0.0.1:0"
local seconds = tonumber(arg[2])
-- The most datagrams of a batch, and the most bytes of a datagram.
local BATCH = 64
local SIZE = 2048

io.stdout:setvbuf("line")

local datagrams, bytes, batches, senders = 0, 0, 0, {}

local function receive(socket)
  while true do
    local data, from, code = socket:receive_many(BATCH, SIZE)
    if not data then
      assert(code == "closed", from)
      return
    end
    batches = batches + 1
    datagrams = datagrams + #data
    for index = 1, #data do
      bytes = bytes + #data[index]
      senders[from[index]] = true
    end
  end
end

local function report()
  local last = 0
  while moonwire.sleep(1) do
    if datagrams > last then
      print(("%d datagrams"):format(datagrams - last))
    end
    last = datagrams
  end
end

moonwire.run(function()
  local socket = assert(moonwire.udp { bind = address, receive_buffer = 4194304 })
  print("listening on " .. socket:local_address())
  -- Where receiving fails, the group is cancelled, so that the program does not go on without it.
  moonwire.group(function(group)
    local reporter = group:spawn(report)
    group:spawn(receive, socket)
    if seconds then
      moonwire.sleep(seconds)
    else
      moonwire.signal("TERM", "INT")
    end
    socket:close()
    reporter:cancel()
  end)

  local count = 0
  for _ in pairs(senders) do
    count = count + 1
  end
  print(("%d datagrams, %d bytes, from %d senders, in %d batches"):format(
    datagrams, bytes, count, batches))
end)
