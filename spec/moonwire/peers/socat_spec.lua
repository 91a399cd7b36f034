-- needs: nc socat
-- Against netcat and socat: TCP, UDP, unix and abstract names.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

local streams = {
  ["TCP4-CONNECT:127.0.0.1:%s"] = "ipv4",
  ["UNIX-CONNECT:%s"] = "unix",
  ["ABSTRACT-CONNECT:%s"] = "abstract",
}
if net.families.ipv6 then
  streams["TCP6-CONNECT:[::1]:%s"] = "ipv6"
end

for address, family in pairs(streams) do
  t.it("serves socat: " .. address, function()
    local listener, own = net.listen(net.families[family])
    local place = net.port(own) or own:gsub("^unix:@?", "")
    local child = t.process.start({ "socat", "-t", "5", "-", address:format(place) },
      { input = "first\nsecond\r\nthird" })
    local server = net.keep(listener:accept())
    local lines = {}
    for line in server:lines() do
      lines[#lines + 1] = line
    end
    t.same(lines, { "first", "second", "third" })
    t.equal(server:write("he", "ar", "d"), server)
    server:close()
    t.equal(child:finish(), "heard")
  end)
end

t.it("connects to socat on an abstract name", function()
  local name = t.unique_name()
  local child = t.process.start { "socat", "-d", "-d", "ABSTRACT-LISTEN:" .. name, "EXEC:cat" }
  child:expect("listening on")
  local client = net.keep(M.connect("unix:@" .. name))
  client:write("echo\n")
  t.equal(client:read_until("\n"), "echo")
  client:close()
  child:finish()
end)

t.it("serves nc", function()
  local listener, address = net.listen()
  local child = t.process.start({ "nc", "-N", "127.0.0.1", net.port(address) }, { input = "hello\r\n" })
  local server = net.keep(listener:accept())
  t.equal(server:read_until("\r\n"), "hello")
  server:write("goodbye\n")
  server:close()
  t.equal(child:finish(), "goodbye\n")
end)

t.it("answers datagrams of socat", function()
  local name = t.temporary_path()
  for address, family in pairs {
    ["UDP4-DATAGRAM:127.0.0.1:%s"] = "ipv4",
    ["UNIX-SENDTO:%s,bind=" .. name] = "unix",
  } do
    local socket, own = net.datagram(net.families[family])
    local place = net.port(own) or own:gsub("^unix:", "")
    local child = t.process.start({ "socat", "-t", "3", "-", address:format(place) }, { input = "question" })
    local data, from = socket:receive()
    t.equal(data, "question")
    t.equal(socket:send("answer", from), true)
    child:expect("^answer")
    child:signal("TERM")
    child:finish()
  end
end)
