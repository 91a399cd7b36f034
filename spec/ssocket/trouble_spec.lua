-- needs: python3
-- Peers that are slow, that reset the connection, and that close half-way: each gives the documented
-- failure, and what had come by then is there.

local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

t.it("hears all of a slow peer", function()
  local server, child = net.python_peer([[
for part in (b"one l", b"ine\r", b"\nand ", b"10 byte", b"s.."):
    peer.sendall(part)
    time.sleep(0.1)
]])
  server:settimeout(0.04)
  local line = server:readuntil("\r\n")
  local parts = {}
  local function collect(data, message, partial)
    parts[#parts + 1] = data or partial
    if not data and message ~= S.ERROR_TIMEOUT then
      return message
    end
    return data
  end
  local result
  repeat
    result = collect(line())
  until result
  t.equal(table.concat(parts), "one line")
  parts = {}
  repeat
    result = collect(server:read(14 - #table.concat(parts)))
  until result == S.ERROR_CLOSED or #table.concat(parts) == 14
  t.equal(table.concat(parts), "and 10 bytes..")
  child:finish()
end)

t.it("is told of a reset, after what came before it", function()
  for _, way in ipairs { "read", "readuntil" } do
    local server, child = net.python_peer([[
peer.sendall(b"kept")
wait()
reset()
print("reset")
]])
    -- Read before the reset, which empties the kernel's queue.
    t.equal(server:read(1), "k")
    server:write(".")
    child:expect("reset")
    local results = way == "read" and t.pack(server:read(100)) or t.pack(server:readuntil("\n")())
    t.same(results, { n = 3, nil, "Connection reset by peer", "ept" })
    net.ends(S.ERROR_CLOSED, "", server:read(100))
    child:finish()
  end
end)

t.it("is told of a reset while it waits, with and without a time-out", function()
  for _, seconds in ipairs { -1, 5 } do
    local server, child = net.python_peer([[
peer.sendall(b"kept")
wait()
time.sleep(0.2)
reset()
]])
    server:settimeout(seconds)
    t.equal(server:read(2), "ke")
    server:write(".")
    t.same(t.pack(server:read(100)), { n = 3, nil, "Connection reset by peer", "pt" })
    child:finish()
  end
end)

t.it("writes to a peer that has reset as to one that has closed", function()
  local server, child = net.python_peer([[
wait()
reset()
print("reset")
]])
  server:write(".")
  child:expect("reset")
  net.ends(S.ERROR_CLOSED, 0, server:write("x"))
  child:finish()
end)

t.it("hears a peer that has closed half-way, and is heard by it", function()
  local server, child = net.python_peer([[
peer.sendall(b"question without an end")
peer.shutdown(socket.SHUT_WR)
answer = b""
while True:
    part = peer.recv(100)
    if not part:
        break
    answer += part
print(answer.decode())
]])
  net.ends(S.ERROR_CLOSED, "question without an end", server:readuntil("\n")())
  net.ends(S.ERROR_CLOSED, "", server:read(1))
  t.equal(server:write("answer"), 6)
  t.equal(server:shutdown(S.SHUT_WR), true)
  child:expect("^answer$")
  child:finish()
end)

t.it("is told of the end while it waits, with what had come", function()
  for _, seconds in ipairs { -1, 5 } do
    local server, child = net.python_peer([[
wait()
peer.sendall(b"half")
time.sleep(0.2)
peer.close()
]])
    server:settimeout(seconds)
    server:write(".")
    net.ends(S.ERROR_CLOSED, "half", server:read(100000))
    child:finish()
  end
end)
