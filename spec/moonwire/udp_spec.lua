-- Datagrams, one by one.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

net.it("sends datagrams and receives them with their sender", function(family)
  local receiver, address = net.datagram(family)
  local sender, from = net.datagram(family)
  t.equal(sender:send("hello", address), true)
  t.same({ receiver:receive() }, { "hello", from })
  t.equal(receiver:send("", from), true)
  t.same({ sender:receive() }, { "", address })
  t.equal(t.descriptors.close_on_exec(sender:descriptor()), true)
end)

net.it("sends to the peer that it is connected to", function(family)
  local receiver, address = net.datagram(family)
  local sender = net.keep(M.udp { connect = address })
  t.equal(sender:peer(), address)
  t.equal(sender:send("x"), true)
  t.same({ receiver:receive() }, { "x", sender:local_address() })
  if family.host then
    receiver:send("y", sender:local_address())
    t.same({ sender:receive() }, { "y", address })
  end
end)

t.it("binds and connects", function()
  local receiver, address = net.datagram()
  local own = net.refused()
  local sender = net.keep(M.udp { bind = own, connect = { host = "localhost", port = net.port(address) } })
  t.equal(sender:local_address(), own)
  t.equal(sender:peer(), address)
  sender:send("x")
  t.same({ receiver:receive() }, { "x", own })
end)

t.it("reaches every address without being bound", function()
  local sender = net.keep(M.udp())
  for _, family in ipairs(net.hosts) do
    local receiver, address = net.datagram(family)
    t.equal(sender:send("x", address), true)
    t.equal(sender:send("y", "udp://" .. address), true)
    t.equal(receiver:receive(), "x")
    t.equal(receiver:receive(), "y")
  end
end)

t.it("receives at every address", function()
  local receiver = net.keep(M.udp { bind = "*:0", timeout = 20 })
  local port = net.port(receiver:local_address())
  for _, family in ipairs(net.hosts) do
    local sender, from = net.datagram(family)
    sender:send("x", (family.any():gsub("0$", port)))
    t.same({ receiver:receive() }, { "x", from })
    receiver:send("y", from)
    t.equal(sender:receive(), "y")
  end
end)

t.it("looks the name of a host up", function()
  local receiver, address = net.datagram()
  local sender = net.datagram()
  t.equal(sender:send("x", "localhost:" .. net.port(address)), true)
  t.equal(receiver:receive(), "x")
  net.fails("send nosuch.invalid:1: Name or service not known", "resolve", sender:send("x", "nosuch.invalid:1"))
  net.fails("udp nosuch.invalid:1: Name or service not known", "resolve", M.udp { connect = "nosuch.invalid:1" })
end)

t.it("cuts what does not fit", function()
  local receiver, address = net.datagram()
  local sender = net.datagram()
  sender:send("hello", address)
  sender:send("world", address)
  t.equal(receiver:receive(3), "hel")
  t.equal(receiver:receive(100), "world")
  local largest = ("x"):rep(65507)
  sender:send(largest, address)
  t.equal(receiver:receive() == largest, true)
end)

t.it("fails where there is no place to send to", function()
  local sender = net.keep(M.udp())
  net.fails("send: Destination address required", "EDESTADDRREQ", sender:send("x"))
  net.fails("peer " .. sender:local_address() .. ": Transport endpoint is not connected", "ENOTCONN", sender:peer())
  local path = "unix:" .. t.temporary_path()
  local own = net.datagram(net.families.abstract)
  net.fails("send " .. path .. ": No such file or directory", "ENOENT", own:send("x", path))
  net.fails("udp " .. path .. ": No such file or directory", "ENOENT", M.udp { connect = path })
end)

t.it("fails where a datagram is too long", function()
  local _, address = net.datagram()
  local sender = net.datagram()
  net.fails("send " .. address .. ": Message too long", "EMSGSIZE", sender:send(("x"):rep(65508), address))
end)

t.it("tells that nobody was there", function()
  local receiver, address = net.datagram()
  receiver:close()
  local sender = net.keep(M.udp { connect = address, timeout = 5 })
  t.equal(sender:send("x"), true)
  net.fails("receive " .. address .. ": Connection refused", "ECONNREFUSED", sender:receive())
  t.equal(sender:send("x"), true)
  net.fails("receive " .. address .. ": Connection refused", "ECONNREFUSED", sender:receive_many())
end)

t.it("keeps to its time", function()
  local receiver, address = net.datagram(nil, { timeout = 0.05 })
  local taken = t.timed(function()
    net.fails("receive " .. address .. ": timed out", "timeout", receiver:receive())
  end)
  t.between(taken, 0.05 - t.grain, t.at_once)
  receiver:close()
  net.fails("receive: closed", "closed", receiver:receive())
  net.fails("send " .. address .. ": closed", "closed", receiver:send("x", address))
end)

t.it("waits for a unix socket that is full", function()
  local receiver, address = net.datagram(net.families.unix)
  local sender = net.keep(M.udp { bind = net.families.abstract.any(), timeout = 0.1 })
  local count = 0
  while sender:send("x", address) do
    count = count + 1
    assert(count < 1000)
  end
  net.fails("send " .. address .. ": timed out", "timeout", sender:send("x", address))
  t.equal(receiver:receive(), "x")
  t.equal(sender:send("x", address), true)
end)

t.it("removes the file of a unix socket", function()
  local receiver, address = net.datagram(net.families.unix)
  local path = address:gsub("^unix:", "")
  t.matches(select(2, io.open(path)), "No such device or address")
  receiver:close()
  t.matches(select(2, io.open(path)), "No such file")
end)

t.it("knows senders without a name", function()
  local receiver, address = net.datagram(net.families.unix)
  local sender = net.keep(M.udp { connect = address })
  sender:send("x")
  t.same({ receiver:receive() }, { "x", "unix:" })
end)
