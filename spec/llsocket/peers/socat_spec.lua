-- needs: socat
-- socat at the other end, over every family.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"


--- How socat names an address.
local function target(family, ai, kind)
  local address = ai:addr()
  if family.name == "unix" then
    return ("UNIX-%s:%s"):format(kind == "UDP" and "SENDTO" or "CONNECT", address.path)
  elseif family.name == "abstract" then
    return ("ABSTRACT-%s:%s"):format(kind == "UDP" and "SENDTO" or "CONNECT", address.path:sub(2))
  end
  local host = family.name == "ipv6" and "[::1]" or "127.0.0.1"
  return ("%s%s:%s:%d"):format(kind, family.name == "ipv6" and "6" or "4", host, address.port)
end

net.it("talks to socat over a stream", function(family)
  local listener, ai = net.listening(family)
  local child = t.process.start({ "socat", "-", target(family, ai, "TCP") }, { input = "from socat" })
  local server = net.keep(listener:accept())
  t.equal(net.receive_all(server), "from socat")
  t.equal(server:sendmsg { "from ", "Lua" }, 8)
  server:close()
  t.equal(child:finish(), "from Lua")
end)

net.it("gets datagrams from socat", function(family)
  local receiver, ai = net.bound(family, L.SOCK_DGRAM)
  receiver:rcvtimeo(10)
  local child = t.process.start({ "socat", "-u", "-", target(family, ai, "UDP") }, { input = "a datagram" })
  t.equal((receiver:recvfrom()), "a datagram")
  child:finish()
end)

t.it("runs the multicast listener of the examples", function()
  local free = net.bound(net.families.ipv4, L.SOCK_DGRAM)
  local port = ("%d"):format(free:getsockname():addr().port)
  free:close()
  local listener = t.process.start {
    os.getenv("MOONWIRE_SPEC_COMMAND"), "examples/llsocket/multicast_listener.lua",
    "239.255.77.5", port, "lo",
  }
  listener:expect("^listening to 239%.255%.77%.5, port %d+ on lo$")
  local sender = "UDP4-DATAGRAM:239.255.77.5:" .. port .. ",ip-multicast-if=127.0.0.1,bind=127.0.0.1"
  t.process.run({ "socat", "-u", "-", sender }, { input = "hello group\n" })
  listener:expect("^127%.0%.0%.1: hello group$")
end)
