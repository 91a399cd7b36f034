-- Reading streams.

local t = require "spec.support"
local net = require "spec.moonwire.support"

net.it("reads what there is", function(family)
  local client, server = net.pair(family)
  client:write("hello")
  t.equal(server:read(), "hello")
  client:write("hello")
  t.equal(server:read(2), "he")
  t.equal(server:read(100), "llo")
  client:close()
  net.fails("read " .. (server:peer() ~= "unix:" and server:peer() or server:local_address()) .. ": closed",
    "closed", server:read())
end)

t.it("reads much in pieces of at most 64 KiB", function()
  local client, server = net.pair()
  local whole = ("0123456789"):rep(20000)
  client:write(whole)
  client:close()
  local parts = {}
  while true do
    local data, _, code = server:read()
    if not data then
      t.equal(code, "closed")
      break
    end
    t.between(#data, 1, 65536)
    parts[#parts + 1] = data
  end
  t.equal(table.concat(parts) == whole, true)
end)

t.it("reads exactly so many bytes", function()
  local client, server = net.pair(net.families.unix)
  t.equal(server:read_exactly(0), "")
  client:write("abcdef")
  t.equal(server:read_exactly(4), "abcd")
  t.equal(server:read_exactly(2), "ef")
  local large = ("x"):rep(3000000)
  server:settimeout(0.05)
  net.fails("read " .. server:local_address() .. ": timed out", "timeout", server:read_exactly(1))
  client:settimeout(0.2)
  local sent = net.fails_after("write " .. client:peer() .. ": timed out", "timeout", client:write(large, large))
  t.equal(#server:read_exactly(sent), sent)
end)

t.it("reads up to a delimiter", function()
  local client, server = net.pair()
  client:write("one, two, three")
  t.equal(server:read_until(", "), "one")
  t.equal(server:read_until(", "), "two")
  client:write(",")
  client:write(" four\0five")
  t.equal(server:read_until(", "), "three")
  t.equal(server:read_until("\0"), "four")
  client:close()
  net.fails("read " .. server:peer() .. ": closed", "closed", server:read_until(", "))
  t.equal(server:read_all(), "five")
end)

t.it("reads to the end", function()
  local client, server = net.pair()
  client:write("all", " of ", "it")
  client:shutdown()
  t.equal(server:read_all(), "all of it")
  t.equal(server:read_all(), "")
  -- The other direction goes on.
  server:write("yes")
  t.equal(client:read(), "yes")
end)

t.it("iterates over lines", function()
  local client, server = net.pair()
  client:write("one\ntwo\r\n\r\n\nfi\rve\nlast\r")
  client:close()
  local lines = {}
  for line in server:lines() do
    lines[#lines + 1] = line
  end
  t.same(lines, { "one", "two", "", "", "fi\rve", "last\r" })
  t.equal(server:lines()(), nil)
end)

t.it("iterates although nobody holds the stream any more", function()
  local client, server = net.pair()
  client:write("one\ntwo\n")
  client:close()
  local lines = server:lines()
  t.equal(lines(), "one")
  t.equal(lines(), "two")
  t.equal(lines(), nil)
end)

t.it("mixes the ways to read", function()
  local client, server = net.pair()
  client:write("line\r\n12345rest of it: more")
  t.equal(server:lines()(), "line")
  t.equal(server:read_exactly(5), "12345")
  t.equal(server:read(4), "rest")
  t.equal(server:read_until(": "), " of it")
  client:close()
  t.equal(server:read_all(), "more")
end)

t.it("loses nothing where it fails", function()
  local client, server = net.pair()
  local late = "read " .. server:peer() .. ": timed out"
  server:settimeout(0.02)
  client:write("par")
  net.fails(late, "timeout", server:read_exactly(6))
  net.fails(late, "timeout", server:read_until("\n"))
  net.fails(late, "timeout", server:read_all())
  t.raises("read 127.0.0.1:%d+: timed out$", server:lines())
  client:write("tial\n")
  t.equal(server:read_until("\n"), "partial")
  client:write("end")
  client:close()
  net.fails("read " .. server:peer() .. ": closed", "closed", server:read_exactly(4))
  net.fails("read " .. server:peer() .. ": closed", "closed", server:read_until("\n"))
  t.equal(server:read(), "end")
end)

t.it("keeps to its limits, and goes on after them", function()
  local client, server = net.pair()
  local over = "read " .. server:peer() .. ": oversized"
  client:write("123456\nrest\n")
  net.fails(over, "oversized", server:read_until("\n", 5))
  t.raises("oversized$", server:lines(5))
  t.equal(server:read_until("\n", 6), "123456")
  net.fails(over, "oversized", server:read_all(4))
  client:shutdown()
  net.fails(over, "oversized", server:read_all(4))
  t.equal(server:read_all(5), "rest\n")
end)

t.it("has limits where none is given", function()
  local client, server = net.pair()
  local over = "read " .. server:peer() .. ": oversized"
  client:write(("x"):rep(65536), "\n")
  t.equal(#server:read_until("\n"), 65536)
  client:write(("x"):rep(65536), "\r\n")
  t.equal(#server:lines()(), 65536)
  client:write(("x"):rep(65537), "\n")
  net.fails(over, "oversized", server:read_until("\n"))
  t.raises("oversized$", server:lines())
  t.equal(#server:read_until("\n", 70000), 65537)
end)

t.it("tells of a reset", function()
  local _, server = net.pair()
  local listener, address = net.listen()
  local child = t.process.start { "python3", "-c", ([[
import socket, struct
peer = socket.create_connection(("127.0.0.1", %s))
peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
peer.recv(1)
peer.close()
]]):format(net.port(address)) }
  local connection = net.keep(listener:accept())
  connection:write("x")
  net.fails("read " .. connection:peer() .. ": Connection reset by peer", "ECONNRESET", connection:read())
  child:finish()
  server:close()
end)

t.it("does not read what is closed", function()
  local _, server = net.pair()
  server:close()
  net.fails("read " .. "127.0.0.1", "closed", (function()
    local results = t.pack(server:read())
    return results[1], results[2]:match("^read 127.0.0.1"), results[3]
  end)())
  for _, name in ipairs { "read_exactly", "read_until", "read_all" } do
    local results = t.pack(server[name](server, name == "read_until" and "x" or 1))
    t.equal(results[1], nil)
    t.equal(results[3], "closed")
  end
  t.raises(": closed$", server:lines())
end)

t.it("refuses sizes that make no sense", function()
  local _, server = net.pair()
  for _, size in ipairs { 0, -1, 2 ^ 30 + 1, 2 ^ 53 } do
    t.bad_argument(1, "read", "size out of range", server.read, server, size)
    t.bad_argument(1, "read_all", "size out of range", server.read_all, server, size)
    t.bad_argument(1, "lines", "size out of range", server.lines, server, size)
    t.bad_argument(2, "read_until", "size out of range", server.read_until, server, "x", size)
  end
  t.bad_argument(1, "read_exactly", "size out of range", server.read_exactly, server, 2 ^ 30 + 1)
  t.bad_argument(1, "read_until", "delimiter is empty", server.read_until, server, "")
end)
