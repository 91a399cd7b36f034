-- sock:send and sock:recv.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

net.it("sends and receives any bytes", function(family)
  local client, server = net.connected(family)
  local bytes = t.bytes(1000)
  net.results({ n = 3, 1000, nil, false }, client:send(bytes))
  net.results({ n = 1, bytes }, server:recv())
  net.results({ n = 3, 0, nil, false }, client:send(""))
end)

net.it("receives 4096 bytes, or as many as it is told", function(family)
  local client, server = net.connected(family)
  local bytes = t.bytes(10000)
  t.equal(client:send(bytes), 10000)
  t.equal(#server:recv(), 4096)
  t.equal(#server:recv(4), 4)
  t.equal(server:recv(20000), bytes:sub(4101))
  for _, size in ipairs { 0, -1, 2 ^ 30 + 1 } do
    t.bad_argument(1, "recv", "size out of range", server.recv, server, size)
  end
end)

t.it("gets zeroes for what a TCP stream throws away", function()
  local client, server = net.connected(net.families.ipv4)
  for _, size in ipairs { 10, 10000 } do
    local bytes = ("x"):rep(size)
    for _, receive in ipairs { "recv", "recvfrom", "recvmsg" } do
      t.equal(client:send(bytes), size)
      server:rcvlowat(size)
      local got
      if receive == "recvmsg" then
        got = server:recvmsg(20000, nil, L.MSG_TRUNC).data
      else
        got = server[receive](server, 20000, L.MSG_TRUNC)
      end
      t.equal(got, ("\0"):rep(#got))
      t.equal(#got, size)
    end
  end
end)

net.it("has nothing at the end of the stream", function(family)
  local client, server = net.connected(family)
  client:send("rest")
  client:close()
  t.equal(server:recv(), "rest")
  net.nothing(server:recv())
  net.nothing(server:recv())
end)

net.it("has nothing when the peer has gone", function(family)
  local client, server = net.connected(family)
  client:close()
  local start = t.now()
  local results
  repeat
    results = t.pack(server:send("x"))
  until results.n == 0 or t.now() - start > t.at_once
  t.equal(results.n, 0)
end)

net.it("has an error when the peer has cut the stream while it is read", function(family)
  local client, server = net.connected(family)
  client:send("x")
  server:close()
  net.results({ n = 3, nil, "Connection reset by peer", false }, client:recv())
end)

t.it("says how much it has sent, and that there is more", function()
  local one, two = net.pair(L.SOCK_STREAM, true)
  local bytes = t.bytes(10000000)
  local sent, err, again = one:send(bytes)
  t.between(sent, 1, #bytes - 1)
  t.equal(err, nil)
  t.equal(again, true)
  net.results({ n = 3, 0, nil, true }, one:send(bytes))
  local received = {}
  repeat
    received[#received + 1] = two:recv(65536)
  until not received[#received] or select(3, two:recv(1, L.MSG_PEEK))
  t.equal(table.concat(received), bytes:sub(1, sent))
end)

t.it("waits no longer than it is told", function()
  local one = net.pair()
  t.between(one:rcvtimeo(0.1), 0.1, 0.11)
  local took = t.timed(function()
    net.results({ n = 3, nil, nil, true }, one:recv())
  end)
  t.between(took, 0.1 - t.grain, t.at_once)
  one:sndtimeo(0.1)
  local bytes = t.bytes(10000000)
  took = t.timed(function()
    local sent, _, again = one:send(bytes)
    t.between(sent, 1, #bytes - 1)
    t.equal(again, true)
    net.results({ n = 3, 0, nil, true }, one:send(bytes))
  end)
  t.between(took, 0.2 - t.grain, t.at_once)
end)

t.it("joins flags", function()
  local one, two = net.pair()
  net.results({ n = 3, nil, nil, true }, two:recv(10, L.MSG_DONTWAIT))
  t.equal(one:send("abc", L.MSG_NOSIGNAL, nil, L.MSG_DONTWAIT), 3)
  t.equal(two:recv(10, L.MSG_PEEK), "abc")
  t.equal(two:recv(2, L.MSG_PEEK, L.MSG_DONTWAIT), "ab")
  t.equal(two:recv(3, L.MSG_WAITALL), "abc")
end)

t.it("sends urgent data", function()
  local client, server = net.connected(net.families.ipv4)
  t.equal(client:send("ab"), 2)
  t.equal(client:send("!", L.MSG_OOB), 1)
  t.equal(client:send("cd"), 2)
  t.equal(server:atmark(), false)
  t.equal(server:recv(1), "a")
  t.equal(server:recv(10), "b")
  t.equal(server:atmark(), true)
  t.equal(server:recv(1, L.MSG_OOB), "!")
  t.equal(server:recv(10), "cd")
  t.equal(server:atmark(), false)
end)
