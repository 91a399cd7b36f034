-- Sockets of the other types: sequenced packets, and raw ones.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

t.it("keeps the borders of sequenced packets", function()
  local client, server = net.connected(net.families.unix, L.SOCK_SEQPACKET)
  t.equal(server:socktype(), L.SOCK_SEQPACKET)
  t.equal(client:send("one"), 3)
  t.equal(client:send("two", L.MSG_EOR), 3)
  t.equal(server:recv(), "one")
  local message = assert(server:recvmsg(2))
  t.equal(message.data, "tw")
  t.equal(message.truncated, true)
  client:close()
  net.nothing(server:recv())
end)

local raw = assert(L.inet.getaddrinfo("127.0.0.1", nil, L.SOCK_RAW, L.IPPROTO_ICMP))[1]

t.it("has raw sockets for the privileged", function()
  local sock, err = L.socket.new(raw)
  if not sock then
    t.equal(err, net.message.no_permission)
    return t.pass_over("raw sockets", "this user may not have them")
  end
  net.keep(sock)
  t.equal(sock:socktype(), L.SOCK_RAW)
  t.equal(sock:protocol(), L.IPPROTO_ICMP)
  -- An echo request, which the loopback interface answers.
  local request = "\8\0\247\255\0\0\0\0"
  net.nothing(sock:connect(raw))
  t.equal(sock:send(request), 8)
  sock:rcvtimeo(2)
  local kinds = {}
  for index = 1, 2 do
    kinds[index] = assert(sock:recv()):byte(21)
  end
  t.same(kinds, { 8, 0 })
end)

t.it("refuses raw sockets clearly", function()
  local command = { "setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw",
    os.getenv("MOONWIRE_SPEC_COMMAND"), "-e", [[
      local L = require "llsocket"
      local ai = L.inet.getaddrinfo("127.0.0.1", nil, L.SOCK_RAW, L.IPPROTO_ICMP)[1]
      print(L.socket.new(ai))
    ]] }
  local output, status = t.process.run(command)
  if status ~= 0 then
    return t.pass_over("raw sockets without the privilege", "setpriv says " .. output)
  end
  t.equal(output, "nil\t" .. net.message.no_permission .. "\n")
end)
