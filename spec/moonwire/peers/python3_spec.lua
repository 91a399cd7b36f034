-- needs: python3
-- Against Python's own sockets.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

t.it("exchanges what is large with Python", function()
  local listener, address = net.listen()
  local child = t.process.start { "python3", "-c", ([[
import socket
peer = socket.create_connection(("127.0.0.1", %s))
data = b""
while len(data) < 5000000:
    data += peer.recv(1 << 16)
peer.sendall(data[::-1])
peer.close()
]]):format(net.port(address)) }
  local server = net.keep(listener:accept())
  local pieces = {}
  for index = 1, 5000 do
    pieces[index] = ("%04d"):format(index):rep(250)
  end
  t.equal(server:write(pieces), server)
  t.equal(server:read_all() == table.concat(pieces):reverse(), true)
  child:finish()
end)

t.it("receives what Python sends one by one, and in segments", function()
  local receiver, address = net.datagram(nil, { receive_buffer = 200000 })
  local code = [[
import socket
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.connect(("127.0.0.1", %s))
for index in range(20):
    peer.send(b"%%05d" %% index)
UDP_SEGMENT = 103
peer.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 5)
for round in range(3):
    peer.send(b"".join(b"%%05d" %% index for index in range(20, 39)) + b"end")
print(peer.getsockname()[1])
]]
  local child = t.process.start { "python3", "-c", code:format(net.port(address)) }
  local expected = {}
  for index = 0, 19 do
    expected[#expected + 1] = ("%05d"):format(index)
  end
  for _ = 1, 3 do
    for index = 20, 38 do
      expected[#expected + 1] = ("%05d"):format(index)
    end
    expected[#expected + 1] = "end"
  end
  local data, senders = {}, {}
  while #data < #expected do
    local more, from = receiver:receive_many(7)
    assert(more, from)
    for index in ipairs(more) do
      data[#data + 1] = more[index]
      senders[from[index]] = true
    end
  end
  t.same(data, expected)
  local port = child:expect("^(%d+)$")
  t.same(senders, { ["127.0.0.1:" .. port] = true })
  child:finish()
end)

t.it("sends batches to Python", function()
  local code = [[
import socket
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind(("127.0.0.1", 0))
print(peer.getsockname()[1], flush=True)
for _ in range(100):
    data, sender = peer.recvfrom(65536)
    print(len(data), data[:1].decode(), flush=True)
]]
  local child = t.process.start { "python3", "-c", code }
  local port = child:expect("^(%d+)$")
  local sender = net.keep(M.udp { connect = "127.0.0.1:" .. port })
  local list = {}
  for index = 1, 100 do
    list[index] = string.char(97 + index % 26):rep(index <= 50 and 64 or index)
  end
  t.equal(sender:send_many(list), 100)
  for index = 1, 100 do
    local length, first = child:expect("^(%d+) (%a)$")
    t.equal(tonumber(length), #list[index])
    t.equal(first, list[index]:sub(1, 1))
  end
  child:finish()
end)
