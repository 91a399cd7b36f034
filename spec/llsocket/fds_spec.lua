-- Descriptors in messages: fds, takefds, sendfd, recvfd.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

local function collect()
  collectgarbage()
  collectgarbage()
end

local function is_open(fd)
  return #t.descriptors.difference({ fd }, t.descriptors.open()) == 0
end

local function close_all(fds)
  for _, fd in ipairs(fds) do
    net.nothing(L.socket.wrap(fd):close())
  end
end

t.it("passes descriptors, sockets and files", function()
  local one, two = net.pair()
  local passed = net.pair()
  local file = net.file("x")
  t.equal(one:sendmsg { "two of them", fds = { passed, file, passed:fd() } }, 11)
  local message = assert(two:recvmsg())
  t.equal(message.data, "two of them")
  t.equal(#message.fds, 3)
  t.equal(#message.control, 0)
  for _, fd in ipairs(message.fds) do
    t.integer(fd)
    t.equal(t.descriptors.close_on_exec(fd), true)
  end
end)

t.it("closes them with their message", function()
  local one, two = net.pair()
  one:sendmsg { "x", fds = { one, two } }
  local message = two:recvmsg()
  local fds = message.fds
  collect()
  t.equal(is_open(fds[1]) and is_open(fds[2]), true)
  message = nil
  collect()
  t.equal(is_open(fds[1]) or is_open(fds[2]), false)
end)

t.it("leaves them to who takes them", function()
  local one, two = net.pair()
  one:sendmsg { "x", fds = { one, two } }
  local message = two:recvmsg()
  local fds = message:takefds()
  t.same(fds, message.fds)
  t.same(message:takefds(), {})
  message = nil
  collect()
  t.equal(is_open(fds[1]) and is_open(fds[2]), true)
  close_all(fds)
end)

t.it("does not mind what becomes of the table", function()
  local one, two = net.pair()
  one:sendmsg { "x", fds = { one } }
  local message = two:recvmsg()
  message.fds = nil
  message.takefds = 1
  message = nil
  collect()
end)

t.it("takes from messages only", function()
  local one, two = net.pair()
  one:send("x")
  local takefds = two:recvmsg().takefds
  for _, value in ipairs { 1, "x", {}, one, setmetatable({}, { {} }), setmetatable({}, { one }) } do
    t.raises("calling 'takefds' on bad self", takefds, value)
  end
  t.raises("calling 'takefds' on bad self", takefds)
end)

t.it("leaks none where there is no room for all", function()
  for _, room in ipairs { 0, 1, 16, 20, 24, 28, 32 } do
    local one, two = net.pair(L.SOCK_DGRAM)
    one:sendmsg { "x", fds = { one, two, one, two, one } }
    local before = #t.descriptors.open()
    local message = two:recvmsg(10, room)
    t.equal(message.data, "x")
    t.equal(message.control_truncated, true)
    t.equal(math.floor(message.flags / L.MSG_CTRUNC) % 2, 1)
    t.equal(#t.descriptors.open(), before + #message.fds)
    t.between(#message.fds, 0, 4)
    message = nil
    collect()
    t.equal(#t.descriptors.open(), before)
    one:close()
    two:close()
  end
end)

t.it("fails with descriptors that are not open", function()
  local sock = net.pair()
  local closed = net.pair()
  closed:close()
  for _, value in ipairs { -1, t.descriptors.never_open, closed } do
    net.results({ n = 3, nil, net.message.bad_descriptor, false }, sock:sendmsg { "x", fds = { value } })
    net.results({ n = 3, nil, net.message.bad_descriptor, false }, sock:sendfd(value))
  end
end)

t.it("takes no more than the system does", function()
  local one, two = net.pair()
  local fds = {}
  for index = 1, 254 do
    fds[index] = one
  end
  net.results({ n = 3, nil, net.message.invalid, false }, one:sendmsg { "x", fds = fds })
  fds[254] = nil
  t.equal(one:sendmsg { "x", fds = fds }, 1)
  t.equal(#two:recvmsg().fds, 253)
end)

t.it("has short forms for one descriptor", function()
  for _, socktype in ipairs { L.SOCK_STREAM, L.SOCK_DGRAM, L.SOCK_SEQPACKET } do
    local one, two = net.pair(socktype)
    net.results({ n = 3, 1, nil, false }, one:sendfd(one))
    local fd, err = two:recvfd()
    t.integer(fd)
    t.equal(err, nil)
    t.equal(t.descriptors.close_on_exec(fd), true)
    close_all { fd }
  end
end)

t.it("receives one descriptor and leaks none", function()
  local one, two = net.pair(L.SOCK_DGRAM)
  one:sendmsg { "x", fds = { one, two, one } }
  local before = #t.descriptors.open()
  local fd = assert(two:recvfd())
  t.equal(#t.descriptors.open(), before + 1)
  close_all { fd }
end)

t.it("says that no descriptor has come", function()
  local one, two = net.pair(L.SOCK_STREAM, true)
  net.results({ n = 3, nil, nil, true }, two:recvfd())
  one:send("x")
  net.results({ n = 3, nil, net.message.no_message, false }, two:recvfd())
  one:close()
  net.nothing(two:recvfd())
end)

t.it("leaks none when the process may open no more", function()
  local output = t.process.run_lua([[
    local L = require "llsocket"
    local pair = L.socket.pair(L.SOCK_DGRAM)
    pair[1]:sendmsg { "x", fds = { 0, 1, 2 } }
    pair[1]:sendmsg { "y", fds = { 0 } }
    local kept = {}
    repeat
      kept[#kept + 1] = L.socket.new(L.unix.getaddrinfo("@x"))
    until #kept > 100 or select(2, L.socket.pair(1))
    local message = pair[2]:recvmsg()
    print(message.data, message.control_truncated)
    message = nil
    collectgarbage()
    collectgarbage()
    print(pair[2]:recvmsg().data)
  ]], { descriptors = 20 })
  t.equal(output, "x\ttrue\ny\n")
end)
