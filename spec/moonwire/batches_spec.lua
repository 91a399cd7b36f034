-- Many datagrams at once.

local M = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"

-- The loop keeps its descriptors for as long as the state lives.
M.run(function() end)

--- All datagrams that come, up to a number.
local function receive_all(socket, count)
  local data, senders = {}, {}
  while #data < count do
    local more, from = socket:receive_many(5)
    assert(more, from)
    t.between(#more, 1, 5)
    t.equal(#from, #more)
    for index, datagram in ipairs(more) do
      data[#data + 1] = datagram
      senders[#senders + 1] = from[index]
    end
  end
  return data, senders
end

local lists = {
  { "one" },
  { "same", "size", "each", "time", "and", "then", "not", "" },
  { "", "", "x", 1, 0.5, "a\0b" },
  { ("x"):rep(1400), ("y"):rep(1400), ("z"):rep(700), ("z"):rep(700), ("z"):rep(701) },
}

net.it("sends lists and receives them", function(family)
  local receiver, address = net.datagram(family)
  local sender, from = net.datagram(family)
  -- More than once: from the first batch on the kernel may join them.
  for _ = 1, 3 do
    for _, list in ipairs(lists) do
      t.equal(sender:send_many(list, address), #list)
      local data, senders = receive_all(receiver, #list)
      for index, datagram in ipairs(list) do
        t.equal(data[index], tostring(datagram))
        t.equal(senders[index], from)
      end
    end
  end
end)

net.it("sends to the peer that it is connected to", function(family)
  local receiver, address = net.datagram(family)
  local sender = net.keep(M.udp { connect = address })
  t.equal(sender:send_many { "a", "b", "c" }, 3)
  t.same(receive_all(receiver, 3), { "a", "b", "c" })
end)

net.it("sends each to its own address", function(family)
  local one, to_one = net.datagram(family)
  local other, to_other = net.datagram(family)
  local sender = net.datagram(family)
  local list = { { "a", to_one }, { "b", to_other }, { "c", to_other }, "d", { "e" }, { 6, to_one } }
  t.equal(sender:send_many(list, to_one), 6)
  t.same(receive_all(one, 4), { "a", "d", "e", "6" })
  t.same(receive_all(other, 2), { "b", "c" })
end)

t.it("reaches IPv4 from a socket that is not bound", function()
  local receiver, address = net.datagram()
  local sender = net.keep(M.udp())
  t.equal(sender:send_many({ "a", { "b", { host = "127.0.0.1", port = net.port(address) } } }, address), 2)
  t.same(receive_all(receiver, 2), { "a", "b" })
end)

t.it("looks the name of a host up", function()
  local receiver, address = net.datagram()
  local sender = net.datagram()
  t.equal(sender:send_many({ "a", "b" }, "localhost:" .. net.port(address)), 2)
  t.same(receive_all(receiver, 2), { "a", "b" })
end)

t.it("sends nothing", function()
  local sender = net.datagram()
  t.equal(sender:send_many {}, 0)
end)

t.it("sends more than fit in one call", function()
  local receiver, address = net.datagram(nil, { receive_buffer = 200000 })
  local sender = net.datagram()
  local list = {}
  for index = 1, 150 do
    list[index] = ("x"):rep(index)
  end
  t.equal(sender:send_many(list, address), 150)
  local data = receive_all(receiver, 150)
  for index = 1, 150 do
    t.equal(#data[index], index)
  end
end)

--- A socket for which so many datagrams wait, each of a size of its own in turn: no two are joined.
local function waiting(count)
  local receiver, address = net.datagram(nil, { receive_buffer = 2000 * count })
  local sender = net.datagram()
  local list = {}
  for index = 1, count do
    list[index] = ("x"):rep(index % 100)
  end
  t.equal(sender:send_many(list, address), count)
  return receiver, list, sender, address
end

--- How many datagrams wait at most where the system limits what a socket may hold.
local function most_waiting()
  local socket = net.datagram(nil, { receive_buffer = 2000 * 1000 })
  return socket:option("receive_buffer") >= 2000 * 1000 and 1000 or 100
end

for _, way in ipairs { "outside of run", "in a task" } do
  local run = way == "in a task" and M.run or function(fn) fn() end

  t.it("receives all that wait, in as many calls as that takes, " .. way, function()
    run(function()
      local count = most_waiting()
      local receiver, list, sender, address = waiting(count)
      t.equal(#receiver:receive_many(10), 10)
      t.equal(#receiver:receive_many(count), count - 10)
      -- What is left over from before counts.
      for _ = 1, 3 do
        t.equal(sender:send_many({ "aa", "aa", "aa", "aa" }, address), 4)
      end
      t.same(receiver:receive_many(1), { "aa" })
      t.equal(#receiver:receive_many(count), 11)
      -- No more than were asked for, and in their order.
      t.equal(sender:send_many(list, address), count)
      local data = receiver:receive_many(count - 1)
      t.equal(#data, count - 1)
      for index = 1, count - 1 do
        t.equal(#data[index], #list[index])
      end
      t.same(receiver:receive_many(count), { list[count] })
      receiver:settimeout(0.02)
      net.fails("receive " .. receiver:local_address() .. ": timed out", "timeout", receiver:receive_many(count))
    end)
  end)
end

t.it("receives one by one what the kernel has joined", function()
  local receiver, address = net.datagram()
  local sender, from = net.datagram()
  local list = { "aaaa", "bbbb", "cccc", "dd" }
  for round = 1, 3 do
    t.equal(sender:send_many(list, address), 4)
    if round == 1 then
      t.same(receive_all(receiver, 4), list)
    else
      t.same({ receiver:receive() }, { "aaaa", from })
      t.same({ receiver:receive(2) }, { "bb", from })
      local data, senders = receiver:receive_many(1)
      t.same({ data, senders }, { { "cccc" }, { from } })
      t.same(receive_all(receiver, 1), { "dd" })
    end
  end
  receiver:settimeout(0.02)
  net.fails("receive " .. address .. ": timed out", "timeout", receiver:receive())
  net.fails("receive " .. address .. ": timed out", "timeout", receiver:receive_many())
end)

t.it("cuts what does not fit", function()
  local receiver, address = net.datagram()
  local sender = net.datagram()
  for _ = 1, 2 do
    sender:send_many({ "hello", "world", "x" }, address)
    local data = {}
    while #data < 3 do
      for _, datagram in ipairs((assert(receiver:receive_many(10, 2)))) do
        data[#data + 1] = datagram
      end
    end
    t.same(data, { "he", "wo", "x" })
  end
end)

t.it("tells how many were sent before one was too long", function()
  local receiver, address = net.datagram()
  local sender = net.datagram()
  local long = ("x"):rep(70000)
  local function fails(list)
    return net.fails_after("send " .. address .. ": Message too long", "EMSGSIZE", sender:send_many(list, address))
  end
  t.equal(fails { long }, 0)
  t.equal(fails { long, long }, 0)
  t.equal(fails { "x", "y", long, "z" }, 2)
  t.same(receive_all(receiver, 2), { "x", "y" })
  -- Two that fit, but not together.
  t.equal(sender:send_many({ ("x"):rep(40000), ("y"):rep(40000) }, address), 2)
  t.equal(#receiver:receive(), 40000)
  t.equal(#receiver:receive(), 40000)
end)

t.it("fails on a closed socket", function()
  local receiver, address = net.datagram()
  receiver:close()
  net.fails("receive: closed", "closed", receiver:receive_many())
  t.equal(net.fails_after("send " .. address .. ": closed", "closed", receiver:send_many({ "x" }, address)), 0)
end)

t.it("refuses what is no list of datagrams", function()
  local sender = net.datagram()
  local function refused(problem, list)
    t.bad_argument(1, "send_many", problem, sender.send_many, sender, list)
  end
  refused("table expected, got string", "x")
  refused("the entries of the list must be strings, or strings with addresses", { {} })
  refused("the entries of the list must be strings, or strings with addresses", { "x", true })
  local problem = "an entry of the list is a string, or a string and an address in numbers"
  refused(problem, { { "x", 5 } })
  refused(problem, { { "x", "nonsense" } })
  refused(problem, { { "x", "localhost:80" } })
  refused(problem, { { "x", ":80" } })
  t.bad_argument(1, "receive_many", "count out of range", sender.receive_many, sender, 0)
  t.bad_argument(2, "receive_many", "size out of range", sender.receive_many, sender, 1, 0)
  t.bad_argument(2, "receive_many", "size out of range", sender.receive_many, sender, 1024, 2 ^ 21)
  t.bad_argument(2, "receive_many", "size out of range", sender.receive_many, sender, 5000, 2 ^ 21)
end)
