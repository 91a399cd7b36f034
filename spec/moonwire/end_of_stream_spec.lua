-- The end of a stream is told once by the kernel, often together with the last bytes before it.

local moonwire = require "moonwire"
local t = require "spec.support"

-- The loop keeps its descriptors for as long as the state lives.
moonwire.run(function() end)

local function exchange(address, act)
  return moonwire.run(function()
    local listener = assert(moonwire.listen(address))
    moonwire.spawn(function()
      local connection = assert(listener:accept())
      listener:close()
      assert(connection:read_until("\n"))
      assert(connection:write("last"))
      connection:close()
    end)
    local client = assert(moonwire.connect(listener:local_address(), { timeout = 10 }))
    assert(client:write("go\n"))
    local results = { act(client) }
    client:close()
    return results[1], results[3]
  end)
end

for _, address in ipairs { "127.0.0.1:0", "[::1]:0", "unix:@moonwire-end-of-stream" } do
  t.it("is not waited for when it has come with the last bytes, " .. address, function()
    t.equal(exchange(address, function(client)
      return client:read_all()
    end), "last")
    t.equal(exchange(address, function(client)
      return client:lines()()
    end), "last")
    local data, code = exchange(address, function(client)
      return client:read_until("\n")
    end)
    t.equal(data, nil)
    t.equal(code, "closed")
    data, code = exchange(address, function(client)
      return client:read_exactly(5)
    end)
    t.equal(data, nil)
    t.equal(code, "closed")
  end)
end
