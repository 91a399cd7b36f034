-- needs: strace
-- System calls that a signal interrupts, and how many a call makes. strace makes calls fail with
-- EINTR, and counts them.

local t = require "spec.support"
local system_calls = require "spec.support.system_calls"

if not system_calls.can_be_traced() then
  return
end

local head = [[
  local L = require "llsocket"
  local t = require "spec.support"
  local net = require "spec.llsocket.support"
  local one, two
]]

t.it("says that it may be tried again after a signal", function()
  local names = "recvfrom,recvmsg,sendto,sendmsg,sendfile,accept4"
  local trace = system_calls.trace(head .. [[
    local pair = assert(L.socket.pair(L.SOCK_STREAM))
    one, two = pair[1], pair[2]
    local file = assert(io.open("/proc/self/exe", "rb"))
    net.results({ n = 3, 0, nil, true }, one:send("x"))
    net.results({ n = 3, 0, nil, true }, one:sendmsg { "x" })
    net.results({ n = 3, 0, nil, true }, one:sendfile(file, 1))
    net.results({ n = 3, nil, nil, true }, two:recv())
    net.results({ n = 3, nil, nil, true }, two:recvmsg())
    local listener = L.socket.new(L.unix.getaddrinfo("@" .. t.unique_name()))
    listener:bind()
    listener:listen()
    net.results({ n = 3, nil, nil, true }, listener:accept())
  ]], "-e", "trace=" .. names, "-e", "inject=" .. names .. ":error=EINTR:when=1")
  t.equal(select(2, trace:gsub("EINTR", "")), 6)
end)

t.it("connects whatever signal comes", function()
  local trace = system_calls.trace(head .. [[
    local listener, ai = L.socket.new(L.unix.getaddrinfo("@" .. t.unique_name())), nil
    listener:bind()
    listener:listen()
    ai = listener:getsockname()
    net.nothing(L.socket.new(ai):connect())
  ]], "-e", "trace=connect", "-e", "inject=connect:error=EINTR:when=1")
  t.matches(trace, "EINTR")
end)

t.it("accepts what is left when a connection has gone", function()
  system_calls.trace(head .. [[
    local listener = L.socket.new(L.unix.getaddrinfo("@" .. t.unique_name()))
    listener:bind()
    listener:listen()
    net.results({ n = 3, nil, nil, true }, listener:accept())
  ]], "-e", "trace=accept4", "-e", "inject=accept4:error=ECONNABORTED:when=1")
end)

--- Each call, and how many system calls ten of it make.
local calls = {
  send = { 10, [[one:send("x")]] },
  recv = { 10, [[two:recv(1, L.MSG_DONTWAIT)]] },
  ["send and recv"] = { 20, [[one:send("x") two:recv()]] },
  ["sendmsg of sixteen pieces"] = { 10, [[one:sendmsg(pieces)]] },
  recvmsg = { 10, [[two:recvmsg(1, 0, L.MSG_DONTWAIT)]] },
  -- The signal mask changes before the file is sent, and back.
  sendfile = { 30, [[one:sendfile(file, 10, 0)]] },
  accept = { 10, [[listener:accept()]] },
  ["setting and reading an option"] = { 20, [[one:reuseaddr(true)]] },
  ["what is known"] = { 0, [[one:fd() one:family() one:socktype()]] },
  ["addresses"] = { 0, [[L.unix.getaddrinfo("/tmp/x"):addr()]] },
}

for name, call in pairs(calls) do
  t.it("makes the system calls that it must: " .. name, function()
    if name == "accept" or name == "sendfile" then
      t.outside_only "the call has no flag for \"do not wait\", so a task looks at the socket's mode"
    end
    system_calls.count(call[1], "getsockopt%(%-1", head .. [[
      local pair = assert(L.socket.pair(L.SOCK_STREAM))
      one, two = pair[1], pair[2]
      local pieces = {}
      for index = 1, 16 do
        pieces[index] = "x"
      end
      local listener = L.socket.new(L.unix.getaddrinfo("@" .. t.unique_name()), true)
      listener:bind()
      listener:listen()
      local file = assert(io.open("/proc/self/exe", "rb"))
      local mark = L.socket.wrap
      mark(-1)
      for _ = 1, 10 do
        ]] .. call[2] .. [[
      end
      mark(-1)
    ]])
  end)
end
