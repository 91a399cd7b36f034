-- needs: nc socat
-- Against netcat and socat: TCP, UDP, unix and abstract names.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

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
    local listener = net.listen(net.families[family])
    local own = listener:getsockname()
    local place = type(own) == "table" and own[2] or own:gsub("^@", "")
    local child = t.process.start({ "socat", "-t", "5", "-", address:format(place) },
      { input = "first\nsecond\nthird" })
    local server = net.keep(listener:accept())
    local line = server:readuntil("\n")
    t.equal(line(), "first")
    t.equal(line(), "second")
    net.ends(S.ERROR_CLOSED, "third", line())
    t.equal(server:write("heard"), 5)
    server:close()
    t.equal(child:finish(), "heard")
  end)
end

t.it("connects to socat on an abstract name", function()
  local name = t.unique_name()
  local child = t.process.start { "socat", "-d", "-d", "ABSTRACT-LISTEN:" .. name, "EXEC:cat" }
  child:expect("listening on")
  local client = net.keep(S.tcp())
  t.equal(client:connect("unix:@" .. name), true)
  t.equal(client:write("echo\n"), 5)
  t.equal(client:readuntil("\n")(), "echo")
  client:close()
  child:finish()
end)

t.it("serves nc", function()
  local listener, host, port = net.listen()
  local child = t.process.start({ "nc", "-N", host, port }, { input = "hello\r\n" })
  local server = net.keep(listener:accept())
  t.equal(server:readuntil("\r\n")(), "hello")
  t.equal(server:write("goodbye\n"), 8)
  server:close()
  t.equal(child:finish(), "goodbye\n")
end)

t.it("answers datagrams of socat", function()
  local name = t.temporary_path()
  for address, family in pairs {
    ["UDP4-DATAGRAM:127.0.0.1:%s"] = "ipv4",
    ["UNIX-SENDTO:%s,bind=" .. name] = "unix",
  } do
    local socket, host, port = net.datagram(net.families[family])
    local place = port or host:gsub("^unix:", "")
    local child = t.process.start({ "socat", "-t", "3", "-", address:format(place) }, { input = "question" })
    local data, from = socket:recvfrom(100)
    t.equal(data, "question")
    t.equal(socket:sendto("answer", net.arguments(from)), true)
    child:expect("^answer")
    child:signal("TERM")
    child:finish()
  end
end)
