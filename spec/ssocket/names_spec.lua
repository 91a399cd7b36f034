-- Names that have addresses of both families, in a hosts file of the spec's own.

local t = require "spec.support"
local hosts = require "spec.support.hosts"

local what = "names with both families"
if not hosts.can_be_replaced(what) then
  return
elseif not t.has_ipv6() then
  t.pass_over(what, "this machine has no ::1")
  return
end

-- The IPv6 address comes first in the file, and first in the resolver's answer.
local content = [[
::1 both
127.0.0.1 both
2001:db8::1 ipv6-only
]]

local prelude = [[
  local S = require "ssocket"
  local t = require "spec.support"
  local function bound(make, host, port)
    local socket = make()
    assert(socket:bind(host, port or 0))
    return socket, socket:getsockname()[2]
  end
  -- Sockets at 127.0.0.1 and ::1 with the same port.
  local function bound_to_both(make)
    while true do
      local ipv4, port = bound(make, "127.0.0.1")
      local ipv6 = make()
      if ipv6:bind("::1", port) then
        return ipv4, ipv6, port
      end
    end
  end
]]

local function it(name, code)
  hosts.it(name, content, prelude .. code)
end

it("resolves the name to both families, IPv6 first", [[
  local addresses = require("lsocket").resolve("both")
  t.same(addresses, { { family = "inet6", addr = "::1" }, { family = "inet", addr = "127.0.0.1" } })
]])

it("binds to the IPv4 address of a name", [[
  for _, make in ipairs { S.tcp, S.udp } do
    t.equal(bound(make, "both"):getsockname()[1], "127.0.0.1")
  end
]])

it("does not bind to IPv6 where the port of IPv4 is taken", [[
  for _, make in ipairs { S.tcp, S.udp } do
    local first, port = bound(make, "127.0.0.1")
    if make == S.tcp then
      assert(first:listen(1))
    end
    t.fails("Address already in use", make():bind("both", port))
  end
]])

it("connects to the IPv4 address of a name", [[
  local ipv4, ipv6, port = bound_to_both(S.tcp)
  assert(ipv4:listen(1))
  assert(ipv6:listen(1))
  local client = S.tcp()
  assert(client:connect("both", port))
  t.equal(client:getpeername()[1], "127.0.0.1")
]])

it("connects to the IPv6 address of a name where the IPv4 address refuses", [[
  local ipv4, ipv6, port = bound_to_both(S.tcp)
  assert(ipv6:listen(1))
  local client = S.tcp()
  assert(client:connect("both", port))
  t.equal(client:getpeername()[1], "::1")
]])

it("sends datagrams to the IPv4 address of a name", [[
  local receiver, port = bound(S.udp, "127.0.0.1")
  receiver:settimeout(5)
  local sender = S.udp()
  assert(sender:sendto("to", "both", port))
  t.equal(receiver:recv(10), "to")
  t.equal(sender:getsockname()[1], "0.0.0.0")
  local connected = S.udp()
  assert(connected:connect("both", port))
  t.equal(connected:getpeername()[1], "127.0.0.1")
  assert(connected:send("peer"))
  t.equal(receiver:recv(10), "peer")
]])

it("keeps the family that a datagram socket has", [[
  local receiver, port = bound(S.udp, "::1")
  receiver:settimeout(5)
  local sender = bound(S.udp, "::1")
  assert(sender:sendto("to", "both", port))
  t.equal(receiver:recv(10), "to")
  assert(sender:connect("both", port))
  t.equal(sender:getpeername()[1], "::1")
]])

it("uses IPv6 where the name has nothing else", [[
  for _, make in ipairs { S.tcp, S.udp } do
    -- An address of no machine: that it was tried is all that can be seen.
    t.fails("Cannot assign requested address", make():bind("ipv6-only", 0))
  end
]])
