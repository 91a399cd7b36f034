-- Connecting.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

net.it("connects to a listener", function(family)
  local listener, address = net.listen(family)
  local client = net.keep(M.connect(address))
  t.equal(client:peer(), address)
  t.equal(tostring(client), "moonwire.stream (" .. address .. ")")
  t.equal(t.descriptors.close_on_exec(client:descriptor()), true)
  local server = net.keep(listener:accept())
  t.equal(server:write("x"), server)
  t.equal(client:read(), "x")
end)

t.it("takes an address with its kind, or as a table", function()
  local _, address = net.listen()
  t.equal(net.keep(M.connect("tcp://" .. address)):peer(), address)
  t.equal(net.keep(M.connect { host = "127.0.0.1", port = net.port(address) }):peer(), address)
  t.equal(net.keep(M.connect { host = "127.0.0.1", port = tonumber(net.port(address)) }):peer(), address)
  local listener, path = net.listen(net.families.unix)
  t.equal(net.keep(M.connect { path = path:gsub("^unix:", "") }):peer(), path)
  listener:close()
end)

t.it("looks the name of a host up, and takes the address that answers", function()
  for _, family in ipairs(net.hosts) do
    local _, address = net.listen(family)
    local client = M.connect("localhost:" .. net.port(address))
    -- The name may stand for one of the families only.
    if client then
      t.equal(net.keep(client):peer(), address)
    end
  end
end)

t.it("fails where nobody listens", function()
  local address = net.refused()
  net.fails("connect " .. address .. ": Connection refused", "ECONNREFUSED", M.connect(address))
  local name = "localhost:" .. net.port(address)
  net.fails("connect " .. name .. ": Connection refused", "ECONNREFUSED", M.connect(name))
  net.fails("connect unix:/nonexistent: No such file or directory", "ENOENT", M.connect("unix:/nonexistent"))
end)

t.it("fails where a name stands for nothing", function()
  net.fails("connect nosuch.invalid:80: Name or service not known", "resolve", M.connect("nosuch.invalid:80"))
end)

t.it("keeps to its time, which later calls have as well", function()
  local listener, address = net.listen(nil, { backlog = 0 })
  local clients = {}
  local taken, results
  repeat
    taken, results = t.timed(function()
      return t.pack(M.connect(address, { timeout = 0.2 }))
    end)
    clients[#clients + 1] = results[1] and net.keep(results[1])
    assert(#clients < 10, "the listener's queue does not fill")
  until not results[1]
  net.fails("connect " .. address .. ": timed out", "timeout", t.unpack(results))
  t.between(taken, 0.2 - t.grain, t.at_once)
  net.fails("read " .. address .. ": timed out", "timeout", clients[1]:read())
  listener:close()
end)

t.it("binds to an address of its own", function()
  local _, address = net.listen()
  local other = net.refused()
  local client = net.keep(M.connect(address, { bind = other }))
  t.equal(client:local_address(), other)
  t.matches(net.keep(M.connect(address, { bind = "127.0.0.2:0" })):local_address(), "^127%.0%.0%.2:")
  net.fails("connect " .. address .. ": Address family not supported by protocol", "EAFNOSUPPORT",
    M.connect(address, { bind = "unix:@x" }))
  local listener, path = net.listen(net.families.abstract)
  local own = "unix:@" .. t.unique_name()
  t.equal(net.keep(M.connect(path, { bind = own })):local_address(), own)
  t.equal(net.keep(listener:accept()):peer(), own)
end)

t.it("sets options before it connects", function()
  local _, address = net.listen()
  local client = net.keep(M.connect(address, { nodelay = true, keepalive = true, send_buffer = 50000 }))
  t.equal(client:option("nodelay"), true)
  t.equal(client:option("keepalive"), true)
  t.equal(client:option("send_buffer"), 100000)
end)

t.it("knows unix sockets without a name", function()
  local listener, address = net.listen(net.families.unix)
  local client = net.keep(M.connect(address))
  local server = net.keep(listener:accept())
  t.equal(client:local_address(), "unix:")
  t.equal(server:peer(), "unix:")
  client:close()
  -- Messages then name the own end.
  net.fails("read " .. address .. ": closed", "closed", server:read())
end)
