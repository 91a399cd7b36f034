-- Accepting connections, also where descriptors run out.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

net.it("accepts connections in their order", function(family)
  local listener, address = net.listen(family)
  local clients, servers = {}, {}
  for index = 1, 3 do
    clients[index] = net.keep(M.connect(address))
  end
  for index = 1, 3 do
    servers[index] = net.keep(listener:accept())
    clients[index]:write("client " .. index .. "\n")
    t.equal(servers[index]:read_until("\n"), "client " .. index)
    t.equal(t.descriptors.close_on_exec(servers[index]:descriptor()), true)
  end
end)

t.it("knows the peers", function()
  local listener, address = net.listen()
  local client = net.keep(M.connect(address))
  local server = net.keep(listener:accept())
  t.equal(server:peer(), client:local_address())
  t.equal(server:local_address(), address)
  t.equal(tostring(server), "moonwire.stream (" .. client:local_address() .. ")")
end)

t.it("keeps to its time", function()
  local listener, address = net.listen(nil, { timeout = 0.1 })
  local taken = t.timed(function()
    net.fails("accept " .. address .. ": timed out", "timeout", listener:accept())
  end)
  t.between(taken, 0.1 - t.grain, t.at_once)
  listener:settimeout(0)
  net.fails("accept " .. address .. ": timed out", "timeout", listener:accept())
end)

t.it("does not hand its time-out on", function()
  local listener, address = net.listen(nil, { timeout = 0.02 })
  local client = net.keep(M.connect(address))
  local server = net.keep(listener:accept())
  local child = t.process.start { "sleep", "0.1" }
  child:finish()
  client:write("x")
  t.equal(server:read(), "x")
end)

t.it("fails on a closed listener", function()
  local listener = net.listen()
  listener:close()
  net.fails("accept: closed", "closed", listener:accept())
end)

t.it("iterates over connections until the listener is closed", function()
  local listener, address = net.listen()
  local clients = {}
  for index = 1, 3 do
    clients[index] = net.keep(M.connect(address))
  end
  local count = 0
  for server in listener:incoming() do
    net.keep(server)
    count = count + 1
    t.equal(server:peer(), clients[count]:local_address())
    if count == 3 then
      listener:close()
    end
  end
  t.equal(count, 3)
  t.equal(listener:incoming()(), nil)
end)

t.it("iterates although nobody holds the listener any more", function()
  local listener, address = net.listen()
  local path = t.temporary_path()
  local incoming = assert(M.listen("unix:" .. path)):incoming()
  collectgarbage()
  collectgarbage()
  net.keep(M.connect("unix:" .. path))
  net.keep(incoming())
  incoming = nil
  collectgarbage()
  collectgarbage()
  t.matches(select(2, io.open(path)), "No such file")
  listener:close()
  t.equal(address ~= nil, true)
end)

t.it("raises other failures out of the loop", function()
  local listener, address = net.listen(nil, { timeout = 0.02 })
  local ok, message = pcall(function()
    for _ in listener:incoming() do
      error("there is no connection")
    end
  end)
  t.equal(ok, false)
  t.matches(message, "accept_spec.lua:%d+: accept " .. address:gsub("%p", "%%%0") .. ": timed out$")
end)

t.it("waits for descriptors where they have run out", function()
  local output = t.process.run_lua([[
    local M = require "moonwire"
    local listener = assert(M.listen("127.0.0.1:0", { timeout = 0.3 }))
    local address = listener:local_address()
    local held, clients = {}, {}
    for index = 1, 3 do
      clients[index] = assert(M.connect(address))
    end
    -- All other descriptors are in use.
    while true do
      local file = io.open("/dev/null")
      if not file then break end
      held[#held + 1] = file
    end
    local _, message, code = listener:accept()
    print(message == "accept " .. address .. ": timed out", code)
    -- The connections were not lost: they wait in the queue.
    for _, file in ipairs(held) do
      file:close()
    end
    for index = 1, 3 do
      print(assert(listener:accept()):peer() == clients[index]:local_address())
    end
  ]], { descriptors = 30 })
  t.equal(output, "true\ttimeout\ntrue\ntrue\ntrue\n")
end)
