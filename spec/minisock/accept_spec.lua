local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

net.it("returns a descriptor that is connected with the client, and the client's address", function(family)
  local listener, address = net.listen(family)
  local client = net.keep(S.connect(address))
  local results = t.pack(S.accept(listener))
  local server, from = net.keep(t.unpack(results))
  t.equal(results.n, 2)
  t.equal(from, S.getsockname(client))
  t.equal(from, S.getpeername(server))
  t.equal(S.parseaddr(from).family, S.parseaddr(address).family)
  t.equal(S.write(client, "ping"), 4)
  t.equal(S.read(server), "ping")
  t.equal(S.write(server, "pong"), 4)
  t.equal(S.read(client), "pong")
end)

net.it("accepts clients in the order in which they came", function(family)
  local listener, address = net.listen(family)
  local first = net.keep(S.connect(address))
  local second = net.keep(S.connect(address))
  t.equal(S.write(first, "first"), 5)
  t.equal(S.write(second, "second"), 6)
  t.equal(S.read((net.keep(S.accept(listener)))), "first")
  t.equal(S.read((net.keep(S.accept(listener)))), "second")
end)

net.it("waits for a client", function(family)
  local listener, address = net.listen(family)
  local child = t.process.start_lua([[
    local S = require "minisock"
    S.msleep(300)
    local fd = assert(S.connect(]] .. t.process.literal(address) .. [[))
    assert(S.write(fd, "late"))
    S.close(fd)
  ]])
  local server = net.keep(S.accept(listener))
  t.equal(S.read(server), "late")
  local output, status = child:finish()
  t.equal(output, "")
  t.equal(status, 0)
end)

net.it("gives the empty address of a client that has none", function(family)
  local listener, address = net.listen(family)
  net.keep(S.connect(address))
  local _, from = net.keep(S.accept(listener))
  t.equal(from, "\1\0")
  t.same(S.parseaddr(from), { family = "unix", path = "" })
end, { net.families.unix, net.families.abstract })

t.it("fails on what does not listen", function()
  local client = net.pair(net.families.unix)
  t.fails("accept error: 22 (Invalid argument)", S.accept(client))
  local fd, file = t.descriptors.opened_by(function()
    return io.open("/dev/null")
  end)
  t.fails("accept error: 88 (Socket operation on non-socket)", S.accept(fd))
  file:close()
  t.fails("accept error: 95 (Operation not supported)", S.accept((net.datagram(net.families.ipv4))))
end)

t.it("raises where the descriptor is no integer", function()
  t.bad_argument(1, "accept", "number expected, got no value", S.accept)
  t.bad_argument(1, "accept", "number expected, got string", S.accept, "x")
  t.bad_argument(1, "accept", "number has no integer representation", S.accept, 0.5)
end)

t.it("leaves no descriptor open where a finaliser's error takes the place of its results", function()
  local listener, address = net.listen(net.families.ipv4)
  -- Finalisers fail only while a connection is accepted: anywhere else their errors would end the spec.
  local is_accepting = false
  local function fail()
    if is_accepting then
      error "in a finaliser"
    end
  end
  local function haunt()
    if newproxy then
      getmetatable(newproxy(true)).__gc = fail
    else
      setmetatable({}, { __gc = fail })
    end
  end
  -- Lua 5.5 has no such options; there a finaliser's error is a warning.
  local function tune(option, value)
    local has_option, before = pcall(collectgarbage, option, value)
    return has_option and before or nil
  end
  local pause, steps = tune("setpause", 0), tune("setstepmul", 1000)
  local before = #t.descriptors.open()
  local server
  -- The result is kept at once: Lua 5.1 may run finalisers once more before `pcall` returns.
  local function accept()
    server = S.accept(listener)
  end
  for _ = 1, 300 do
    local client = assert(S.connect(address))
    for _ = 1, 40 do
      haunt()
    end
    server = nil
    is_accepting = true
    pcall(accept)
    is_accepting = false
    if server then
      S.close(server)
    end
    S.close(client)
  end
  tune("setpause", pause)
  tune("setstepmul", steps)
  t.equal(#t.descriptors.open(), before)
end)
