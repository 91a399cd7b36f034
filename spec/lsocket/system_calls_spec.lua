-- needs: strace
-- What the kernel is asked for.

local t = require "spec.support"
local system_calls = require "spec.support.system_calls"

if not system_calls.can_be_traced() then
  return
end

local head = [[
  local lsocket = require "lsocket"
  local t = require "spec.support"
  local net = require "spec.lsocket.support"
]]

--- The code makes as many system calls between two calls of mark(), but for those of the memory.
local function expect_calls(expected, code)
  system_calls.count(10 * expected, "getpeername", head .. [[
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
  ]] .. code .. " end mark()", "fcntl")
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
  ["left:status()"] = 1,
  ["left:info() left:getfd() tostring(left) lsocket.select({}) pcall(left.recv, left, {})"] = 0,
} do
  t.it("makes " .. expected .. " for " .. code, function()
    expect_calls(expected, code)
  end)
end

t.it("makes one system call to wait in vain", function()
  t.outside_only "a task tries, and waits for the loop"
  expect_calls(1, "t.equal(lsocket.select(sockets, 0.001), false)")
end)

t.it("accepts with one call", function()
  local trace = system_calls.trace(head .. [[
    local listener = assert(lsocket.bind("tcp", "127.0.0.1", 0, 20))
    for _ = 1, 10 do
      assert(lsocket.connect(net.address(listener)))
    end
    lsocket.select({ listener }, 5)
    for _ = 1, 10 do
      assert(listener:accept())
    end
  ]], "-e", "trace=accept,accept4,poll,ppoll,fcntl,ioctl")
  t.equal(select(2, trace:gsub("accept4%([^\n]*SOCK_CLOEXEC|SOCK_NONBLOCK", "")), 10)
  t.equal(select(2, trace:gsub("ppoll%(", "")), 1)
end)

t.it("goes on after a signal, for the time that is left", function()
  system_calls.withstands_signals(head .. [[
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
  ]], "recvfrom,sendto,accept4,ppoll")
end)
