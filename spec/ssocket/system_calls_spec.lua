-- needs: strace
-- How many system calls a call makes, and what one does that a signal interrupts. strace counts them,
-- and makes them fail with EINTR.

local t = require "spec.support"
local system_calls = require "spec.support.system_calls"

if not system_calls.can_be_traced() then
  return
end

local head = [[
  local S = require "ssocket"
  local t = require "spec.support"
  local net = require "spec.ssocket.support"
]]

--- The names of the system calls between two calls of mark(), but for those that ask for the time.
local function calls_between_marks(code)
  local between = system_calls.between("fd=999999", head .. [[
    local function mark()
      S.select({ 999999 }, {}, 0.001)
    end
    local listener = assert(S.tcp())
    assert(listener:bind("127.0.0.1", 0))
    assert(listener:listen(16))
    local host, port = net.arguments(listener:getsockname())
    local function pair()
      local client = S.tcp()
      assert(client:connect(host, port))
      return client, assert(listener:accept())
    end
    local client, server = pair()
  ]] .. code, "clock_gettime")
  local names = {}
  for name in ("\n" .. between):gmatch("\n([%w_]+)%(") do
    names[#names + 1] = name
  end
  return table.concat(names, " "), between
end

local function expect_calls(expected, code)
  local names, calls = calls_between_marks(code)
  if names ~= expected then
    error("expected the system calls: " .. expected .. "\n     got " .. names .. "\n" .. calls, 2)
  end
end

local function times(count, names)
  return (names .. " "):rep(count):sub(1, -2)
end

for _, timeout in ipairs { -1, 5, 0 } do
  t.it("makes one system call for what can be served at once, with time-out " .. timeout, function()
    expect_calls(times(5, "sendto recvfrom"), ([[
      client:settimeout(%s)
      server:settimeout(%s)
      local message = ("x"):rep(64)
      mark()
      for _ = 1, 5 do
        client:write(message)
        server:read(64)
      end
      mark()
    ]]):format(timeout, timeout))
  end)
end

t.it("makes one system call for many small records", function()
  expect_calls("recvfrom", [[
    client:write(("line\n"):rep(100) .. ("x"):rep(100))
    local line = server:readuntil("\n")
    mark()
    for _ = 1, 100 do
      line()
    end
    server:read(50)
    server:read(50)
    mark()
  ]])
end)

t.it("makes one system call for one large record", function()
  expect_calls("recvfrom", [[
    client:write(("x"):rep(100000))
    mark()
    server:read(100000)
    mark()
  ]])
end)

--- The peer answers each byte after a while, so that each read has to wait.
local slow_peer = [[
  local child = io.popen(([=[exec python3 -c '
import socket, time
peer = socket.create_connection(("%s", %d))
while True:
    data = peer.recv(1)
    if not data:
        break
    time.sleep(0.05)
    peer.sendall(data)
']=]):format(host, port), "r")
]]

for _, timeout in ipairs { -1, 5 } do
  t.it("makes one system call to wait and receive, with time-out " .. timeout, function()
    t.outside_only "a task waits for the loop, and receives what that tells of"
    local code = ([[
      local slow = assert(listener:accept())
      slow:settimeout(%s)
      slow:write("x")
      assert(slow:read(1) == "x")
      local line = slow:readuntil("x")
      mark()
      for _ = 1, 3 do
        slow:write("x")
        slow:read(1)
        slow:write("x")
        line()
      end
      mark()
      slow:close()
      child:close()
    ]]):format(timeout)
    expect_calls(times(6, "sendto recvfrom"), slow_peer .. code)
  end)
end

t.it("makes one system call to wait and accept", function()
  t.outside_only "a task waits for the loop, and accepts what that tells of"
  for _, timeout in ipairs { -1, 5 } do
    expect_calls("accept4", ([[
      listener:settimeout(0.2)
      listener:accept()
      local child = io.popen(("sleep 0.3; exec python3 -c 'import socket; socket.create_connection((\"%%s\", %%d)).recv(1)'"):format(host, port))
      listener:settimeout(%s)
      local first = S.tcp()
      first:connect(host, port)
      assert(listener:accept())
      mark()
      local peer = listener:accept()
      mark()
      peer:close()
      child:close()
    ]]):format(timeout))
  end
end)

t.it("goes on after a signal", function()
  system_calls.withstands_signals(head .. [[
    for _, timeout in ipairs { -1, 0.2, 0.01, 0 } do
      for _, family in ipairs { net.families.ipv4, net.families.unix } do
        t.it("goes on", function()
          local listener = net.listen(family)
          local client = net.keep(S.tcp())
          t.equal(client:connect(net.arguments(listener:getsockname())), true)
          listener:settimeout(timeout)
          local server = net.keep(listener:accept())
          client:settimeout(timeout)
          server:settimeout(timeout)
          t.equal(client:write("one\ntwo\n"), 8)
          t.equal(server:readuntil("\n")(), "one")
          t.equal(server:read(4), "two\n")
          local socket = net.datagram(family)
          socket:settimeout(timeout)
          t.equal(socket:sendto("x", net.arguments(socket:getsockname())), true)
          t.equal(socket:recv(1), "x")
          if timeout >= 0 then
            net.ends(S.ERROR_TIMEOUT, "", server:read(1))
            t.fails(S.ERROR_TIMEOUT, listener:accept())
            t.fails(S.ERROR_TIMEOUT, socket:recvfrom(1))
          end
          t.same({ S.select({ server }, { client }, 5) }, { {}, { client } })
        end)
      end
    end
  ]], "recvfrom,sendto,accept4,ppoll")
end)
