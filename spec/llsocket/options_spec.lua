-- Options. One line tests one of them, on IPv4 and IPv6.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

local STREAM, DGRAM = L.SOCK_STREAM, L.SOCK_DGRAM
local off_and_on = { true, false, true }

--- Each option with a type of socket that has it and the values that it is set to, each of which must
--- then be in force. `state` gives what is in force where that is not what was set.
local options = {
  { "tcpnodelay", STREAM, off_and_on },
  { "tcpcork", STREAM, off_and_on },
  { "tcpkeepalive", STREAM, { 1, 7200 } },
  { "tcpkeepintvl", STREAM, { 1, 75 } },
  { "tcpkeepcnt", STREAM, { 1, 9 } },
  { "reuseaddr", STREAM, off_and_on },
  { "reuseport", STREAM, off_and_on },
  { "keepalive", STREAM, off_and_on },
  { "oobinline", STREAM, off_and_on },
  { "dontroute", STREAM, off_and_on },
  { "broadcast", DGRAM, off_and_on },
  { "timestamp", DGRAM, off_and_on },
  { "rcvlowat", STREAM, { 1, 100 } },
  { "rcvbuf", STREAM, { 8192, 65536 }, state = function(size) return 2 * size end },
  { "sndbuf", STREAM, { 8192, 65536 }, state = function(size) return 2 * size end },
  { "rcvtimeo", STREAM, { 1, 2.5, 0 } },
  { "sndtimeo", STREAM, { 1, 2.5, 0 } },
  { "nonblock", STREAM, off_and_on },
  { "cloexec", STREAM, { false, true } },
  { "mcastloop", DGRAM, { false, true } },
  { "mcastttl", DGRAM, { 0, 1, 255 } },
  { "mcastif", DGRAM, { "lo" } },
}

for _, option in ipairs(options) do
  local name, socktype, values = option[1], option[2], option[3]
  net.it("sets " .. name, function(family)
    local sock = net.keep(L.socket.new(family.any(socktype)))
    local method = sock[name]
    for _, value in ipairs(values) do
      local expected = option.state and option.state(value) or value
      net.results({ n = 1, expected }, method(sock, value))
      net.results({ n = 1, expected }, method(sock))
      net.results({ n = 1, expected }, method(sock, nil))
    end
  end, net.internet)
end

t.it("refuses values of another type", function()
  local sock = net.keep(L.socket.new(net.families.ipv4.any()))
  for _, option in ipairs(options) do
    local name, first = option[1], option[3][1]
    local expected = type(first)
    for _, value in ipairs { {}, print, true, "x" } do
      if type(value) ~= expected then
        t.bad_argument(1, name, expected .. " expected, got " .. type(value), sock[name], sock, value)
      end
    end
  end
end)

t.it("refuses numbers that are out of range", function()
  local sock = net.keep(L.socket.new(net.families.ipv4.any()))
  for _, name in ipairs { "rcvtimeo", "sndtimeo", "tcpkeepintvl", "tcpkeepalive" } do
    for _, value in ipairs { -1, -0.001, 0 / 0, math.huge, 1e300 } do
      t.bad_argument(1, name, "seconds out of range", sock[name], sock, value)
    end
  end
  t.bad_argument(1, "rcvbuf", "value out of range", sock.rcvbuf, sock, 2 ^ 31)
  t.bad_argument(1, "rcvbuf", "number has no integer representation", sock.rcvbuf, sock, 0.5)
  t.fails(net.message.invalid, sock:tcpkeepcnt(-1))
  t.fails(net.message.invalid, sock:tcpkeepintvl(1e9))
end)

t.it("takes fractions of seconds", function()
  local sock = net.keep(L.socket.new(net.families.ipv4.any()))
  t.between(sock:rcvtimeo(0.25), 0.25, 0.26)
  t.between(sock:rcvtimeo(0.0000001), 0.0000001, 0.011)
  t.equal(sock:tcpkeepintvl(0.5), 1)
  t.equal(sock:tcpkeepalive(1.01), 2)
end)

t.it("says what a socket does not have", function()
  local datagram = net.keep(L.socket.new(net.families.ipv4.any(DGRAM)))
  t.fails_like("not", datagram:tcpnodelay())
  t.fails_like("not", datagram:tcpnodelay(true))
  local unix = net.pair()
  t.fails(net.message.not_supported, unix:tcpkeepcnt(1))
  t.fails(net.message.no_protocol, datagram:sndlowat(10))
  t.equal(datagram:sndlowat(), 1)
end)

t.it("turns debugging on for the privileged", function()
  local sock = net.keep(L.socket.new(net.families.ipv4.any()))
  t.equal(sock:debug(), false)
  local enabled, err = sock:debug(true)
  assert(enabled == true or err == "Permission denied", err)
end)

t.it("reads what cannot be set", function()
  local sock = net.bound(net.families.ipv4)
  net.results({ n = 1, false }, sock:acceptconn())
  sock:listen()
  net.results({ n = 1, true }, sock:acceptconn())
  net.results({ n = 1, 0 }, sock:error())
  net.results({ n = 1, false }, sock:atmark())
  t.fails(net.message.not_supported, net.pair(L.SOCK_DGRAM):atmark())
end)

t.it("has datagrams stamped", function()
  local receiver, ai = net.bound(net.families.ipv4, DGRAM)
  receiver:timestamp(true)
  net.bound(net.families.ipv4, DGRAM):sendto("x", ai)
  local message = assert(receiver:recvmsg())
  t.equal(#message.control, 1)
  t.equal(message.control[1].level, L.SOL_SOCKET)
  t.equal(message.control[1].type, L.SCM_TIMESTAMP)
end)

t.it("shows the state to another program", function()
  local sock = net.keep(L.socket.new(net.families.ipv4.any()))
  local function flags()
    return t.descriptors.close_on_exec(sock:fd())
  end
  t.equal(flags(), true)
  sock:cloexec(false)
  t.equal(flags(), false)
  sock:cloexec(true)
  t.equal(flags(), true)
end)
