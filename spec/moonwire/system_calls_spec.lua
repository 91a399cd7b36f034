-- needs: strace
-- How many system calls a call makes, and what one does that a signal interrupts.

local t = require "spec.support"
local system_calls = require "spec.support.system_calls"

if not system_calls.can_be_traced() then
  return
end

local head = [[
  local M = require "moonwire"
  local listener = assert(M.listen("127.0.0.1:0"))
  local address = listener:local_address()
  local client = assert(M.connect(address))
  local server = assert(listener:accept())
  local receiver = assert(M.udp { bind = "127.0.0.1:0" })
  local sender = assert(M.udp { connect = receiver:local_address() })
  local list = {}
  for index = 1, 50 do
    list[index] = ("x"):rep(64)
  end
  -- The first batches ask what the kernel can do.
  assert(sender:send_many { "a", "a" } == 2 and receiver:receive_many(2))
  assert(sender:send_many { "a", "a" } == 2 and receiver:receive_many(2))
  receiver:settimeout(0)
  while receiver:receive() do end
  receiver:settimeout(nil)
  local function mark()
    pcall(io.open, "/mark")
  end
]]

local function expect_calls(expected, code)
  local between = system_calls.between('"/mark"', head .. "mark() " .. code .. " mark()", "clock_gettime")
  local names = {}
  for name in ("\n" .. between):gmatch("\n([%w_]+)%(") do
    names[#names + 1] = name
  end
  if table.concat(names, " ") ~= expected then
    error("expected the system calls: " .. expected .. "\n     got " .. between, 2)
  end
end

t.it("writes and reads in one system call each", function()
  expect_calls("sendto recvfrom", [[
    client:write("hello")
    assert(server:read() == "hello")
  ]])
end)

t.it("writes many pieces in one system call", function()
  expect_calls("sendmsg recvfrom", [[
    client:write("a", 1, "b"):write()
    assert(server:read() == "a1b")
  ]])
end)

t.it("reads several records in one system call", function()
  expect_calls("sendto recvfrom", [[
    client:write("one\ntwo\nthree\n")
    local lines = server:lines()
    assert(lines() == "one" and server:read_until("\n") == "two" and lines() == "three")
  ]])
end)

t.it("sends and receives batches in one system call each", function()
  expect_calls("sendmmsg recvmmsg", [[
    assert(sender:send_many(list) == 50)
    assert(#receiver:receive_many() == 50)
  ]])
end)

t.it("accepts in one system call what is there", function()
  expect_calls("socket connect accept4", [[
    client = M.connect(address)
    server = listener:accept()
  ]])
end)

t.it("goes on after signals", function()
  system_calls.withstands_signals(head .. [[
    for _ = 1, 5 do
      client:write("one\n"):write("t", "wo\n")
      assert(server:read_until("\n") == "one")
      assert(server:read_exactly(4) == "two\n")
      local more = assert(M.connect(address))
      assert(listener:accept()):close()
      more:close()
      assert(sender:send("x") and receiver:receive() == "x")
      assert(sender:send_many { "x", "y" } == 2)
      local count = 0
      repeat count = count + #receiver:receive_many() until count == 2
      assert(client:sendfile("/etc/passwd", 0, 1) == 1)
      assert(#server:read() == 1)
    end
  ]], "sendto,sendmsg,sendmmsg,recvfrom,recvmmsg,accept4,sendfile")
end)
