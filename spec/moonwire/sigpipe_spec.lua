-- sendfile to a peer that has gone: the process goes on, and nothing about its signals changes, however
-- much was sent before the kernel raised SIGPIPE.

local t = require "spec.support"

-- The peer has gone: the kernel takes the first chunk of the file, and finds out with the second.
local head = [[
  local M, L = require "moonwire", require "llsocket"
  local t = require "spec.support"

  local SIZE = 1000000
  local path = os.tmpname()
  local file = assert(io.open(path, "w+b"))
  os.remove(path)
  file:write(("x"):rep(SIZE))
  file:flush()

  local signals = require "spec.support.signal_state"

  -- A stream whose peer has gone.
  local function broken_stream()
    local listener = assert(M.listen("127.0.0.1:0"))
    local client = assert(M.connect(listener:local_address()))
    local server = assert(listener:accept())
    client:close()
    listener:close()
    return server
  end

  -- Sends the file again and again. Returns how much was sent before the stream was found broken.
  local ways = {}

  function ways.moonwire()
    local stream = broken_stream()
    local total = 0
    for _ = 1, 5 do
      local sent, message, code, partial = stream:sendfile(file, 0)
      t.equal(sent, nil)
      t.equal(code == "EPIPE" or code == "ECONNRESET", true)
      total = total + partial
    end
    stream:close()
    return total
  end

  function ways.llsocket()
    local stream = broken_stream()
    local sock = L.socket.wrap(stream:descriptor())
    local total = 0
    for _ = 1, 5 do
      total = total + (sock:sendfile(file, SIZE, 0) or 0)
    end
    stream:close()
    return total
  end

  -- Nothing of the loop is counted.
  M.run(function() end)
  local before = signals()
]]

for _, module in ipairs { "moonwire", "llsocket" } do
  for _, place in ipairs { "outside", "in a task" } do
    local call = place == "outside" and "ways.%s()" or "M.run(ways.%s)"
    t.it("a file of which the peer takes a part: " .. module .. ", " .. place, function()
      local output, status = t.process.start_lua(head .. "local sent = " .. call:format(module) .. [[

        t.between(sent, 1, SIZE - 1)
        t.equal(signals(), before)
        print("alive")
      ]]):finish()
      t.equal(output, "alive\n")
      t.equal(status, 0)
    end)
  end
end
