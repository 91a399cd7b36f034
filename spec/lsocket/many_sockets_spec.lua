-- More sockets than the old library's select could hold.

local t = require "spec.support"

local function limit(kind)
  local file = assert(io.open("/proc/self/limits"))
  local soft, hard = file:read("*a"):match("Max open files%s+(%S+)%s+(%S+)")
  file:close()
  return tonumber(kind == "hard" and hard or soft) or math.huge
end

t.it("select holds descriptors above 1023", function()
  if limit "hard" < 3100 then
    t.pass_over("descriptors above 1023", "this process may have no more than " .. limit "hard")
    return
  end
  local output = t.process.run_lua([[
    local lsocket = require "lsocket"
    local sockets = {}
    for index = 1, 3000 do
      sockets[index] = assert(lsocket.bind("udp", "127.0.0.1", 0))
    end
    assert(sockets[3000]:getfd() > 3000)
    assert(lsocket.select(sockets, 0) == false)
    for _, index in ipairs { 1, 1022, 1024, 1025, 2999, 3000 } do
      local socket = sockets[index]
      assert(socket:sendto("x", "127.0.0.1", socket:info("socket").port) == 1)
      local ready = assert(lsocket.select(sockets, 10))
      assert(#ready == 1 and ready[1] == socket)
      assert(ready[1]:recv() == "x")
    end
    local read, write = lsocket.select(nil, sockets, 10)
    assert(#read == 0 and #write == 3000)
    for index = 1, 3000 do
      assert(write[index] == sockets[index])
    end
    -- More entries than the process may have descriptors.
    local read, write = lsocket.select(sockets, sockets, 10)
    assert(#read == 0 and #write == 3000)
    print("done")
  ]], { descriptors = 3100 })
  t.equal(output, "done\n")
end)

t.it("select takes more entries than there may be descriptors", function()
  local output = t.process.run_lua([[
    local lsocket = require "lsocket"
    local socket = assert(lsocket.bind("udp", "127.0.0.1", 0))
    local other = assert(lsocket.bind("udp", "127.0.0.1", 0))
    local closed = assert(lsocket.bind("udp", "127.0.0.1", 0))
    closed:close()
    local many = {}
    for index = 1, 300, 3 do
      many[index], many[index + 1], many[index + 2] = socket, closed, other
    end
    assert(lsocket.select(many, 0.01) == false)
    local port = socket:info("socket").port
    assert(other:sendto("x", "127.0.0.1", port))
    local read, write = lsocket.select(many, { other }, 10)
    assert(#read == 100 and read[1] == socket and read[100] == socket)
    assert(#write == 1 and write[1] == other)
    print("done")
  ]], { descriptors = 64 })
  t.equal(output, "done\n")
end)
