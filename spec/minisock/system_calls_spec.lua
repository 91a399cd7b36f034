-- needs: strace
-- System calls that a signal interrupts, and how many a call makes. strace makes calls fail with
-- EINTR, and counts them.

local t = require "spec.support"

local command = os.getenv("MOONWIRE_SPEC_COMMAND")

--- Runs the code under strace, with the given options, and returns what it wrote and the trace.
local function traced(code, ...)
  local path = t.temporary_path()
  local words = { "strace", "-f", "-o", path, ... }
  words[#words + 1] = command
  words[#words + 1] = "-e"
  words[#words + 1] = [[
    local S = require "minisock"
    local t = require "spec.support"
  ]] .. code
  local output, status = t.process.run(words)
  local file = assert(io.open(path))
  local trace = file:read("*a")
  file:close()
  return output, status, trace
end

local possible
t.it("needs a child that can be traced", function()
  possible = select(2, t.process.run { "strace", "-o", "/dev/null", "true" }) == 0
end)
if not possible then
  t.pass_over("system calls", "nothing can be traced here")
  return
end

t.it("goes on after a signal", function()
  local names = "recvfrom,recvmsg,sendto,sendmsg,accept,accept4,poll,ppoll"
  local output, status, trace = traced([[
    local net = require "spec.minisock.support"
    for _, family in ipairs(net.families) do
      t.it("goes on", function()
        local client, server = net.pair(family)
        t.equal(S.write(client, "x"), 1)
        t.equal(S.read(server), "x")
        t.fails("read timeout", S.read(server, 20))
        local receiver, address = net.datagram(family)
        t.equal(S.sendto(receiver, address, "x"), 1)
        t.same({ S.recvfrom(receiver) }, { "x", address })
        t.fails("recvfrom timeout", S.recvfrom(receiver, 20))
        local entries, count = S.poll(S.pollfd(client, S.POLLOUT))
        t.equal(count, 1)
      end)
    end
    print("done")
  ]], "-e", "trace=" .. names, "-e", "inject=" .. names .. ":error=EINTR:when=1+2")
  t.matches(output, "done\n$")
  t.equal(status, 0)
  t.matches(trace, "EINTR")
end)

--- The system calls between two calls of mark(), but those of the memory.
local function calls_between_marks(code)
  local output, status, trace = traced([[
    local function mark()
      S.close(-1)
    end
  ]] .. code, "-e", "trace=!brk,mmap,munmap,mremap,mprotect,madvise,futex")
  t.equal(output, "")
  t.equal(status, 0)
  local between = assert(trace:match("close%(%-1%)[^\n]*\n(.-)[^\n]*close%(%-1%)"), trace)
  return select(2, between:gsub("\n", "")), between
end

local function expect_calls(expected, code)
  local count, calls = calls_between_marks(code)
  if count ~= expected then
    error("expected " .. expected .. " system calls, got " .. count .. ":\n" .. calls, 2)
  end
end

local served_at_once = {
  ["write and read"] = [[
    local client, server = assert(S.connect(address)), assert(S.accept(listener))
    mark()
    for _ = 1, 10 do
      S.write(client, "x")
      S.read(server)
    end
    mark()
  ]],
  ["sendto and recvfrom"] = [[
    local socket = assert(S.udpsocket("\2\0\0\0\127\0\0\1\0\0\0\0\0\0\0\0"))
    local own = S.getsockname(socket)
    mark()
    for _ = 1, 10 do
      S.sendto(socket, own, "x")
      S.recvfrom(socket)
    end
    mark()
  ]],
  ["poll and accept"] = [[
    for _ = 1, 10 do
      assert(S.connect(address))
    end
    mark()
    for _ = 1, 10 do
      S.poll(S.pollfd(listener, S.POLLIN))
      S.accept(listener)
    end
    mark()
  ]],
  ["getsockname and write of nothing"] = [[
    local client = assert(S.connect(address))
    mark()
    for _ = 1, 20 do
      S.getsockname(client)
      S.write(client, "", 1)
    end
    mark()
  ]],
}

for name, code in pairs(served_at_once) do
  t.it("makes one system call for what can be served at once: " .. name, function()
    expect_calls(20, [[
      local listener = assert(S.bind("\1\0\0" .. t.unique_name()))
      local address = S.getsockname(listener)
    ]] .. code)
  end)
end

local without_the_kernel = [[
  local address = S.ipv4addr("127.0.0.1", 80)
  mark()
  for _ = 1, 10 do
    S.ipv4addr("127.0.0.1", 80)
    S.ipv6addr("fe80::1", 80, 1)
    S.unixaddr("/tmp/xyz.sock")
    S.parseaddr(address)
    S.getnameinfo("\1\0/tmp/xyz.sock")
    S.unpollfds(S.pollfd(5, S.POLLIN))
    pcall(S.read)
  end
  mark()
]]

t.it("makes no system call for what needs none", function()
  expect_calls(0, without_the_kernel)
end)
