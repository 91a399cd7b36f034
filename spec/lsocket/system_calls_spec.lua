-- needs: strace
-- What the kernel is asked for.

local t = require "spec.support"

local command = assert(os.getenv("MOONWIRE_SPEC_COMMAND"))

local possible
t.it("needs a child that can be traced", function()
  possible = select(2, t.process.run { "strace", "-o", "/dev/null", "true" }) == 0
end)
if not possible then
  t.pass_over("system calls", "nothing can be traced here")
  return
end

--- Runs Lua code under strace with the given options, and returns what it wrote and the trace.
local function traced(code, ...)
  local path = t.temporary_path()
  local words = { "strace", "-f", "-o", path, ... }
  words[#words + 1] = command
  words[#words + 1] = "-e"
  words[#words + 1] = [[
    local lsocket = require "lsocket"
    local t = require "spec.support"
    local net = require "spec.lsocket.support"
  ]] .. code
  local output, status = t.process.run(words)
  local file = assert(io.open(path))
  local trace = file:read("*a")
  file:close()
  return output, status, trace
end

--- The code makes as many system calls between two calls of mark(), but for those of the memory.
local function expect_calls(expected, code)
  local output, status, trace = traced([[
    local unconnected = assert(lsocket.bind("udp", "127.0.0.1", 0))
    local function mark()
      unconnected:info("peer")
    end
    local client, server = assert(lsocket.bind("udp", "127.0.0.1", 0))
    local host, port = net.address(client)
    local listener = assert(lsocket.bind("127.0.0.1", 0))
    local left = assert(lsocket.connect(net.address(listener)))
    lsocket.select({ listener }, 5)
    local right = assert(listener:accept())
    local sockets = { left, right }
    mark()
    for _ = 1, 10 do
  ]] .. code .. " end mark()", "-e", "trace=!brk,mmap,munmap,mremap,mprotect,madvise,futex,fcntl")
  t.equal(output, "")
  t.equal(status, 0)
  local between = assert(trace:match("getpeername[^\n]*\n(.-)[^\n]*getpeername"), trace)
  local _, count = between:gsub("\n", "")
  if count ~= 10 * expected then
    error("expected " .. 10 * expected .. " system calls, got " .. count .. ":\n" .. between, 2)
  end
end

for code, expected in pairs {
  ["t.equal(left:send('x'), 1) t.equal(right:recv(), 'x')"] = 2,
  ["t.equal(right:recv(), false)"] = 1,
  ["t.equal(client:recvfrom(), false)"] = 1,
  ["t.equal(client:sendto('x', host, port), 1) t.equal(client:recvfrom(), 'x')"] = 2,
  ["t.equal(listener:accept(), false)"] = 1,
  ["lsocket.select(nil, sockets, 5)"] = 1,
  ["lsocket.select(nil, sockets)"] = 1,
  ["t.equal(lsocket.select(sockets, 0), false)"] = 1,
  ["t.equal(lsocket.select(sockets, 0.001), false)"] = 1,
  ["left:status()"] = 1,
  ["left:info() left:getfd() tostring(left) lsocket.select({}) pcall(left.recv, left, {})"] = 0,
} do
  t.it("makes " .. expected .. " for " .. code, function()
    expect_calls(expected, code)
  end)
end

t.it("accepts with one call", function()
  local output, status, trace = traced([[
    local listener = assert(lsocket.bind("tcp", "127.0.0.1", 0, 20))
    for _ = 1, 10 do
      assert(lsocket.connect(net.address(listener)))
    end
    lsocket.select({ listener }, 5)
    for _ = 1, 10 do
      assert(listener:accept())
    end
  ]], "-e", "trace=accept,accept4,poll,ppoll,fcntl,ioctl")
  t.equal(output, "")
  t.equal(status, 0)
  t.equal(select(2, trace:gsub("accept4%([^\n]*SOCK_CLOEXEC|SOCK_NONBLOCK", "")), 10)
  t.equal(select(2, trace:gsub("ppoll%(", "")), 1)
end)

t.it("goes on after a signal, for the time that is left", function()
  local names = "recvfrom,sendto,accept4,ppoll,connect"
  local output, status, trace = traced([[
    for _, family in ipairs(net.families) do
      t.it("goes on", function()
        local client, server = net.pair(family)
        t.equal(client:send("x"), 1)
        t.equal(net.readable(server):recv(), "x")
        t.equal(server:recv(), false)
        t.equal(lsocket.select({ server }, 0.02), false)
        local receiver = net.datagram(family)
        t.equal(receiver:sendto("x", net.address(receiver)), 1)
        t.equal((receiver:recvfrom()), "x")
        t.equal(receiver:recvfrom(), false)
      end)
    end
    print("done")
  ]], "-e", "trace=" .. names, "-e", "inject=recvfrom,sendto,accept4,ppoll:error=EINTR:when=1+2")
  t.matches(output, "done\n$")
  t.equal(status, 0)
  t.matches(trace, "EINTR")
end)
