-- Listeners: where they listen, and what they are made with.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

net.it("listens at an address and tells it", function(family)
  local listener, address = net.listen(family)
  t.equal(tostring(listener), "moonwire.listener (" .. address .. ")")
  t.integer(listener:descriptor())
  t.equal(t.descriptors.close_on_exec(listener:descriptor()), true)
  local client = net.keep(M.connect(address))
  t.equal(client:peer(), address)
end)

for _, host in ipairs { "", "*" } do
  t.it("listens everywhere: " .. t.show(host), function()
    local listener = net.keep(M.listen(host .. ":0"))
    local port = net.port(listener:local_address())
    for _, family in ipairs(net.hosts) do
      local address = family.any():gsub("0$", port)
      local client = net.keep(M.connect(address))
      local server = net.keep(listener:accept())
      t.equal(client:peer(), address)
      -- Also where a socket of IPv6 sees a peer of IPv4.
      t.equal(server:peer(), client:local_address())
      t.equal(server:local_address(), address)
    end
  end)
end

t.it("listens at a table's address", function()
  local listener = net.keep(M.listen { host = "127.0.0.1", port = 0 })
  t.matches(listener:local_address(), "^127%.0%.0%.1:%d+$")
  t.matches(net.keep(M.listen { host = "*", port = "0" }):local_address(), ":%d+$")
  local path = t.temporary_path()
  t.equal(net.keep(M.listen { path = path }):local_address(), "unix:" .. path)
end)

t.it("looks the name of a host up", function()
  local listener = net.keep(M.listen("localhost:0"))
  t.equal(net.keep(M.connect(listener:local_address())):peer(), listener:local_address())
  net.fails("listen nosuch.invalid:80: Name or service not known", "resolve", M.listen("nosuch.invalid:80"))
end)

t.it("fails where the address is in use", function()
  local _, address = net.listen()
  net.fails("listen " .. address .. ": Address already in use", "EADDRINUSE", M.listen(address))
end)

t.it("fails where the address is not this machine's", function()
  net.fails("listen 192.0.2.1:0: Cannot assign requested address", "EADDRNOTAVAIL", M.listen("192.0.2.1:0"))
end)

t.it("fails where a path is too long", function()
  local results = t.pack(M.listen("unix:/" .. ("x"):rep(200)))
  t.equal(results[1], nil)
  t.equal(results[3], "ENAMETOOLONG")
end)

t.it("takes options", function()
  local options = { backlog = 5, timeout = 0.05, receive_buffer = 100000, reuse_port = true, nodelay = true }
  local listener, address = net.listen(nil, options)
  t.equal(listener:option("reuse_port"), true)
  t.equal(listener:option("reuse_address"), true)
  t.equal(listener:option("receive_buffer"), 200000)
  net.fails("accept " .. address .. ": timed out", "timeout", listener:accept())
  -- A second one at the same port, which both have asked for.
  net.keep(M.listen(address, options))
  net.keep(M.connect(address))
end)

t.it("removes the file of a unix listener when it is closed or collected", function()
  local path = t.temporary_path()
  local listener = net.keep(M.listen("unix:" .. path))
  -- Lua's own open cannot open a socket, but says whether there is one.
  t.matches(select(2, io.open(path)), "No such device or address")
  net.fails("listen unix:" .. path .. ": Address already in use", "EADDRINUSE", M.listen("unix:" .. path))
  t.matches(select(2, io.open(path)), "No such device or address")
  listener:close()
  t.matches(select(2, io.open(path)), "No such file")
  assert(M.listen("unix:" .. path))
  collectgarbage()
  collectgarbage()
  t.matches(select(2, io.open(path)), "No such file")
end)

t.it("leaves a file alone that has taken the place of its own", function()
  local path = t.temporary_path()
  local listener = net.keep(M.listen("unix:" .. path))
  assert(os.remove(path))
  local other = net.keep(M.listen("unix:" .. path))
  listener:close()
  net.keep(M.connect("unix:" .. path))
  other:close()
end)
