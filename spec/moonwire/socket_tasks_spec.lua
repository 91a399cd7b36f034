-- The same sockets in tasks: a call that would block lets the others run.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

-- The loop has descriptors of its own, which it keeps.
M.run(function() end)

net.it("serves several clients at once", function(family)
  local listener, address = net.listen(family)
  local heard = {}
  M.run(function()
    M.spawn(function()
      for connection in listener:incoming() do
        M.spawn(function()
          net.keep(connection)
          for line in connection:lines() do
            connection:write("heard ", line, "\n")
          end
          connection:close()
        end)
      end
    end)
    local clients = {}
    for index = 1, 20 do
      clients[index] = M.spawn(function()
        local client = net.keep(M.connect(address))
        for round = 1, 3 do
          client:write("client " .. index .. " round " .. round .. "\r\n")
          local answer = client:read_until("\n")
          heard[#heard + 1] = answer
        end
        client:shutdown()
        t.equal(client:read_all(), "")
      end)
    end
    for _, client in ipairs(clients) do
      t.equal(client:join(), true)
    end
    listener:close()
  end)
  t.equal(#heard, 60)
end)

t.it("wakes who waits on a socket that is closed", function()
  local client, server = net.pair()
  local receiver, own = net.datagram()
  local listener, address = net.listen()
  local peer = server:peer()
  M.run(function()
    local waits = {
      { server, "read", "read " .. peer },
      { server, "read_until", "read " .. peer, "x" },
      { server, "read_all", "read " .. peer },
      { receiver, "receive", "receive" },
      { receiver, "receive_many", "receive" },
      { listener, "accept", "accept" },
    }
    local tasks = {}
    for index, wait in ipairs(waits) do
      local socket, name, subject, argument = wait[1], wait[2], wait[3], wait[4]
      tasks[index] = M.spawn(function()
        net.fails(subject .. ": closed", "closed", socket[name](socket, argument))
      end)
    end
    tasks[#tasks + 1] = M.spawn(function()
      for _ in listener:incoming() do
        error("there is no connection")
      end
    end)
    M.sleep(0.02)
    server:close()
    receiver:close()
    listener:close()
    for _, task in ipairs(tasks) do
      local ok, message = task:join()
      t.equal(message, nil)
      t.equal(ok, true)
    end
  end)
  t.equal(own ~= address, true)
  client:close()
end)

t.it("keeps to the time of each socket", function()
  local _, server = net.pair()
  local receiver, address = net.datagram(nil, { timeout = 0.05 })
  server:settimeout(0.05)
  M.run(function()
    net.fails("read " .. server:peer() .. ": timed out", "timeout", server:read())
    net.fails("receive " .. address .. ": timed out", "timeout", receiver:receive())
    net.fails("receive " .. address .. ": timed out", "timeout", receiver:receive_many())
    server:settimeout(nil)
    net.fails("read " .. server:peer() .. ": timed out", "timeout", M.timeout(0.05, function()
      return server:read()
    end))
  end)
end)

t.it("moves much in both directions at once", function()
  local client, server = net.pair()
  local large = ("0123456789abcdef"):rep(200000)
  local path = t.temporary_path()
  local file = assert(io.open(path, "wb"))
  file:write(large)
  file:close()
  M.run(function()
    local there = M.spawn(function()
      client:write(large, large)
      t.equal(client:sendfile(path), #large)
      client:shutdown()
    end)
    local back = M.spawn(function()
      server:write { large, "x" }
      server:shutdown()
    end)
    t.equal(#client:read_all(), #large + 1)
    t.equal(server:read_exactly(#large * 2) == large .. large, true)
    t.equal(server:read_all() == large, true)
    t.equal(there:join(), true)
    t.equal(back:join(), true)
  end)
end)

t.it("passes datagrams on while others wait", function()
  local receiver, address = net.datagram()
  local sender, from = net.datagram()
  M.run(function()
    local count = 0
    local task = M.spawn(function()
      while count < 100 do
        count = count + #receiver:receive_many()
      end
      t.same({ receiver:receive() }, { "last", from })
    end)
    for _ = 1, 10 do
      t.equal(sender:send_many({ "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" }, address), 10)
      M.yield()
    end
    M.sleep(0.01)
    sender:send("last", address)
    t.equal(task:join(), true)
  end)
end)

t.it("looks names up while others run", function()
  local listener, address = net.listen()
  M.run(function()
    local task = M.spawn(function()
      net.keep(listener:accept())
    end)
    net.keep(M.connect("localhost:" .. net.port(address)))
    t.equal(task:join(), true)
    t.equal(#M.resolve("localhost", "http") > 0, true)
    t.equal(select(3, M.connect("nosuch.invalid:80")), "resolve")
  end)
end)

t.it("cancels who waits", function()
  local _, server = net.pair()
  local listener = net.listen()
  M.run(function()
    local results
    local reading = M.spawn(function()
      results = t.pack(server:read())
    end)
    local accepting = M.spawn(function()
      for _ in listener:incoming() do
        error("there is no connection")
      end
    end)
    M.sleep(0.01)
    reading:cancel()
    accepting:cancel()
    reading:join()
    accepting:join()
    t.same(results, { n = 3, nil, "read " .. server:peer() .. ": cancelled", "cancelled" })
  end)
end)
