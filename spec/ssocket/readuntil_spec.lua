local S = require "ssocket"
local t = require "spec.support"
local net = require "spec.ssocket.support"

net.it("returns what is before the pattern", function(family)
  local client, server = net.pair(family)
  t.equal(client:write("first\r\nsecond\r\n\r\nrest"), 21)
  client:close()
  local line = server:readuntil("\r\n")
  t.equal(line(), "first")
  t.equal(line(), "second")
  t.equal(line(), "")
  net.ends(S.ERROR_CLOSED, "rest", line())
  net.ends(S.ERROR_CLOSED, "", line())
end)

net.it("returns the pattern with it, if asked to", function(family)
  local client, server = net.pair(family)
  t.equal(client:write("a--b--c-"), 8)
  client:close()
  local record = server:readuntil("--", true)
  t.equal(record(), "a--")
  t.equal(record(), "b--")
  net.ends(S.ERROR_CLOSED, "c-", record())
end)

t.it("takes the pattern for plain bytes", function()
  local client, server = net.pair(net.families.ipv4)
  client:write("a.b%d+c\0\255d")
  t.equal(server:readuntil("%d+")(), "a.b")
  t.equal(server:readuntil("\0\255")(), "c")
  t.bad_argument(1, "readuntil", "pattern is empty", server.readuntil, server, "")
  t.bad_argument(1, "readuntil", "string expected, got no value", server.readuntil, server)
end)

t.it("finds a pattern whose beginning repeats", function()
  for _, case in ipairs {
    { "aab", "aaab", "a" }, { "aab", "aaaaaab", "aaaa" }, { "abab", "abaabab", "aba" }, { "--x", "---x", "-" },
  } do
    local client, server = net.pair(net.families.unix)
    client:write(case[2])
    t.equal(server:readuntil(case[1])(), case[3])
  end
end)

t.it("finds a pattern however it is split, with time-outs in between", function()
  local pattern, text = "aab", "xaaaabyaabaabz"
  for split = 1, #text - 1 do
    local client, server = net.pair(net.families.unix)
    server:settimeout(0)
    local record = server:readuntil(pattern)
    local parts = {}
    local function read_all()
      while true do
        local data, message, partial = record()
        parts[#parts + 1] = data and data .. pattern or partial
        if not data then
          return message
        end
      end
    end
    client:write(text:sub(1, split))
    t.equal(read_all(), S.ERROR_TIMEOUT)
    client:write(text:sub(split + 1))
    client:close()
    t.equal(read_all(), S.ERROR_CLOSED)
    t.equal(table.concat(parts), text)
    t.equal(parts[#parts], "z")
  end
end)

t.it("keeps back what may be the pattern's beginning, for whoever reads next", function()
  local client, server = net.pair(net.families.unix)
  server:settimeout(0)
  client:write("abc\r\n\r")
  local blank = server:readuntil("\r\n\r\n")
  net.ends(S.ERROR_TIMEOUT, "abc", blank())
  net.ends(S.ERROR_TIMEOUT, "", blank())
  t.equal(server:read(2), "\r\n")
  client:write("!")
  net.ends(S.ERROR_TIMEOUT, "\r!", blank())
  -- At the end nothing can follow, so nothing is kept.
  client:write("\r\n\r")
  client:close()
  net.ends(S.ERROR_CLOSED, "\r\n\r", blank())
end)

t.it("shares the buffer with read and with other iterators", function()
  local client, server = net.pair(net.families.ipv4)
  client:write("GET /\n10 bytes..a;b;c")
  local line, field = server:readuntil("\n"), server:readuntil(";")
  t.equal(line(), "GET /")
  t.equal(server:read(10), "10 bytes..")
  t.equal(field(), "a")
  t.equal(field(), "b")
  t.equal(server:read(1), "c")
end)

t.it("reads short and long records, one after the other", function()
  local client, server = net.pair(net.families.unix)
  local lengths = { 0, 1, 40, 1023, 1024, 1025, 4095, 4096, 8192, 8193, 20000, 65536 }
  local record = server:readuntil("\r\n")
  for _, length in ipairs(lengths) do
    client:write(("x"):rep(length) .. "\r\n")
    t.equal(#record(), length)
  end
  for round = 1, 2 do
    for _, length in ipairs(lengths) do
      client:write(("y"):rep(length) .. "\r\n")
    end
    for _, length in ipairs(lengths) do
      t.equal(record() == ("y"):rep(length), true)
    end
    t.equal(round > 0, true)
  end
end)

t.it("takes time in proportion for a record of 100 MiB, and gives the memory back", function()
  local server, child = net.python_peer([[
half = b"\r" * (1 << 20)
for _ in range(100):
    peer.sendall(half)
peer.sendall(b"\n")
wait()
]])
  local record = server:readuntil("\r\n")
  local elapsed, data = t.timed(record)
  t.equal(#data, 104857599)
  t.between(elapsed, 0, 20)
  data = nil
  collectgarbage()
  collectgarbage()
  for line in io.lines("/proc/self/status") do
    local kilobytes = line:match("^VmRSS:%s*(%d+)")
    if kilobytes then
      t.between(tonumber(kilobytes), 0, 90000)
    end
  end
  server:write(".")
  local _, status = child:finish()
  t.equal(status, 0)
end)

t.it("works on when only the iterator is left of the socket", function()
  local client, server = net.pair(net.families.unix)
  local line
  do
    local listener, host = net.listen(net.families.abstract)
    local second = net.keep(S.tcp())
    t.equal(second:connect(host), true)
    line = assert(listener:accept()):readuntil("\n")
    client = second
  end
  server:close()
  collectgarbage()
  collectgarbage()
  client:write("still there\n")
  t.equal(line(), "still there")
  line = nil
end)
