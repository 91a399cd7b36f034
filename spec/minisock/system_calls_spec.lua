-- needs: strace
-- System calls that a signal interrupts, and how many a call makes. strace makes calls fail with
-- EINTR, and counts them.

local t = require "spec.support"
local system_calls = require "spec.support.system_calls"

if not system_calls.can_be_traced() then
  return
end

local head = [[
  local S = require "minisock"
  local t = require "spec.support"
]]

t.it("goes on after a signal", function()
  system_calls.withstands_signals(head .. [[
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
  ]], "recvfrom,recvmsg,sendto,sendmsg,accept,accept4,poll,ppoll")
end)

--- The code makes so many system calls between two calls of mark().
local function expect_calls(expected, code)
  system_calls.count(expected, "close%(%-1%)", head .. [[
    local function mark()
      S.close(-1)
    end
  ]] .. code)
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
    if name == "poll and accept" then
      t.outside_only "accept4 has no flag for \"do not wait\", so a task asks before it accepts"
    end
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
