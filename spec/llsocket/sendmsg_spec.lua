-- sock:sendmsg and sock:recvmsg: gathered data, addresses, control messages.

local L = require "llsocket"
local t = require "spec.support"
local net = require "spec.llsocket.support"

net.it("gathers the data", function(family)
  local client, server = net.connected(family)
  net.results({ n = 3, 11, nil, false }, client:sendmsg { "gathered", "", " ", "ok" })
  t.equal(server:recv(), "gathered ok")
  net.results({ n = 3, 3, nil, false }, client:sendmsg { "12", "x" })
  t.same(server:recvmsg(), {
    data = "12x", fds = {}, control = {}, flags = 0, truncated = false, control_truncated = false,
  })
end)

net.it("sends to an address and tells who has sent", function(family)
  local receiver, ai = net.bound(family, L.SOCK_DGRAM)
  local sender, own = net.bound(family, L.SOCK_DGRAM)
  t.equal(sender:sendmsg { "a", "b", name = ai }, 2)
  local message = assert(receiver:recvmsg())
  t.equal(message.data, "ab")
  t.same(message.name:addr(), own:addr())
  t.equal(receiver:sendmsg { "back", name = { message.name } }, 4)
  t.equal(sender:recvmsg().data, "back")
  t.equal(sender:sendmsg { name = ai }, 0)
  t.equal(receiver:recvmsg().data, "")
end)

t.it("tells that a message was cut", function()
  local one, two = net.pair(L.SOCK_DGRAM)
  one:send("abcdef")
  local message = two:recvmsg(3)
  t.equal(message.data, "abc")
  t.equal(message.truncated, true)
  t.equal(message.flags, L.MSG_TRUNC)
end)

t.it("has the shapes of the other calls", function()
  local one, two = net.pair(L.SOCK_STREAM, true)
  net.results({ n = 3, nil, nil, true }, two:recvmsg())
  local bytes = t.bytes(4000000)
  local sent, err, again = one:sendmsg { bytes, bytes }
  t.between(sent, 1, 7999999)
  t.equal(err, nil)
  t.equal(again, true)
  net.results({ n = 3, 0, nil, true }, one:sendmsg { bytes })
  two:close()
  net.nothing(one:sendmsg { "x" })
  local first, second = net.pair()
  first:close()
  net.nothing(second:recvmsg())
end)

t.it("sends what the list held when it was called", function()
  local one, two = net.pair()
  local pieces = {}
  for index = 1, 1000 do
    pieces[index] = ("%03d"):format(index - 1):rep(2)
  end
  local expected = table.concat(pieces)
  t.equal(one:sendmsg(pieces), #expected)
  t.equal(two:recv(10000), expected)
end)

t.it("sends no more pieces than the system takes", function()
  local one = net.pair()
  local pieces = {}
  for index = 1, 1025 do
    pieces[index] = "x"
  end
  net.results({ n = 3, nil, net.message.too_long, false }, one:sendmsg(pieces))
end)

--- An integer of four bytes, as each kind of processor has it.
local function native(number)
  local bytes = {}
  for index = 1, 4 do
    bytes[index] = math.floor(number / 256 ^ (index - 1)) % 256
  end
  local a, b, c, d = bytes[1], bytes[2], bytes[3], bytes[4]
  return { string.char(a, b, c, d), string.char(d, c, b, a) }
end

t.it("carries raw control messages", function()
  local one, two = net.pair()
  local file = assert(io.open("/proc/self/status"))
  local status = file:read("*a")
  file:close()
  local process = native(t.process_id())
  local user = native(tonumber(status:match("Uid:%s*(%d+)")))
  local group = native(tonumber(status:match("Gid:%s*(%d+)")))
  local sent = {}
  for order = 1, 2 do
    local credentials = process[order] .. user[order] .. group[order]
    local control = { level = L.SOL_SOCKET, type = L.SCM_CREDENTIALS, data = credentials }
    sent[order] = one:sendmsg { "x", control = { control } }
  end
  t.equal(sent[1] == 1 or sent[2] == 1, true)
  t.matches(two:recv(), "^xx?$")
  local control = { level = L.SOL_SOCKET, type = L.SCM_CREDENTIALS, data = "short" }
  net.results({ n = 3, nil, net.message.invalid, false }, one:sendmsg { "x", control = { control } })
  t.equal(one:sendmsg { "x", control = {} }, 1)
  t.equal(two:recv(), "x")
end)

t.it("passes a descriptor as a raw control message too", function()
  local one, two = net.pair()
  local number = one:fd()
  for _, data in ipairs(native(number)) do
    local control = { level = L.SOL_SOCKET, type = L.SCM_RIGHTS, data = data }
    local sent = one:sendmsg { "x", control = { control } }
    if sent == 1 then
      local message = two:recvmsg()
      t.equal(#message.fds, 1)
      t.equal(#message.control, 0)
    end
  end
end)

t.it("says what is wrong with the message", function()
  local sock = net.pair()
  t.bad_argument(1, "sendmsg", "table expected, got string", sock.sendmsg, sock, "x")
  t.bad_argument(1, "sendmsg", "table expected, got no value", sock.sendmsg, sock)
  for _, value in ipairs { true, {}, print } do
    t.bad_argument(1, "sendmsg", "the entries of the list must be strings", sock.sendmsg, sock, { "x", value })
    t.bad_argument(1, "sendmsg", "field 'name' must be an address info", sock.sendmsg, sock, { name = value })
  end
  for _, value in ipairs { true, 1, { 1 }, { {} }, { { level = 1, type = 1 } }, { { level = 1, type = "x", data = "" } } } do
    t.bad_argument(1, "sendmsg", "field 'control' must be a list of control messages",
      sock.sendmsg, sock, { control = value })
  end
  for _, value in ipairs { true, 1, { "x" }, { {} }, { 0.5 } } do
    t.bad_argument(1, "sendmsg", "field 'fds' must be a list of descriptors", sock.sendmsg, sock, { fds = value })
  end
  t.bad_argument(1, "recvmsg", "size out of range", sock.recvmsg, sock, 0)
  t.bad_argument(2, "recvmsg", "size out of range", sock.recvmsg, sock, 1, -1)
end)

t.it("leaves metamethods alone", function()
  local one, two = net.pair()
  local pieces = setmetatable({ "x" }, {
    __index = function()
      error("called")
    end,
    __len = function()
      error("called")
    end,
  })
  t.equal(one:sendmsg(pieces), 1)
  t.equal(two:recv(), "x")
end)
