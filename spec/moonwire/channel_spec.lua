local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

it("brings every value once, in order", function()
  for _, capacity in ipairs { 0, 1, 3, 1000, math.huge } do
    local channel = moonwire.channel(capacity)
    moonwire.spawn(function()
      for index = 1, 100 do
        t.equal(channel:send(index), true)
      end
      channel:close()
    end)
    local count = 0
    for value in channel do
      count = count + 1
      t.equal(value, count)
    end
    t.equal(count, 100)
  end
end)

it("brings any value but nil", function()
  local channel = moonwire.channel(10)
  local values = { false, true, 0, "", {}, print, channel, coroutine.running() }
  for _, value in ipairs(values) do
    channel:send(value)
  end
  for _, value in ipairs(values) do
    tasks.results({ n = 1, value }, channel:receive())
  end
  t.raises("bad argument #1 to 'send' %(value expected, got nil%)", channel.send, channel, nil)
  t.raises("bad argument #1 to 'send' %(value expected, got nil%)", channel.send, channel)
end)

it("without capacity takes a value when somebody is there to receive it", function()
  local channel = moonwire.channel()
  local sent
  moonwire.spawn(function()
    channel:send("x")
    sent = true
  end)
  tasks.settle()
  t.equal(sent, nil)
  t.equal(channel:receive(), "x")
  tasks.settle()
  t.equal(sent, true)
end)

it("holds as many values as it has capacity for", function()
  local channel = moonwire.channel(3)
  local sent = 0
  local sender = moonwire.spawn(function()
    for index = 1, 6 do
      channel:send(index)
      sent = sent + 1
    end
  end)
  tasks.settle()
  t.equal(sent, 3)
  t.equal(channel:receive(), 1)
  tasks.settle()
  t.equal(sent, 4)
  for index = 2, 6 do
    t.equal(channel:receive(), index)
  end
  t.equal(sender:join(), true)
end)

it("serves those who wait in the order in which they came", function()
  for _, capacity in ipairs { 0, 1, 2 } do
    local channel = moonwire.channel(capacity)
    local order = {}
    for index = 1, 6 do
      moonwire.spawn(function() channel:send(index) end)
    end
    tasks.settle()
    for index = 1, 6 do
      order[index] = channel:receive()
      if index % 2 == 0 then
        moonwire.yield()
      end
    end
    t.same(order, { 1, 2, 3, 4, 5, 6 })
    local received = {}
    for index = 1, 6 do
      moonwire.spawn(function() received[index] = channel:receive() end)
    end
    tasks.settle()
    for index = 1, 6 do
      channel:send(index)
    end
    tasks.settle()
    t.same(received, { 1, 2, 3, 4, 5, 6 })
  end
end)

it("lets nobody overtake who has been woken", function()
  local channel = moonwire.channel(1)
  local first
  moonwire.spawn(function() first = channel:receive() end)
  tasks.settle()
  channel:send("first")
  -- The one that waits has been woken, and has not had its turn.
  t.equal(channel:send("second"), true)
  t.equal(channel:receive(), "second")
  t.equal(first, "first")
end)

it("loses nothing when somebody who was woken is called off", function()
  for _ = 1, 3 do
    local channel = moonwire.channel()
    local received = {}
    local receivers = {}
    for index = 1, 3 do
      receivers[index] = moonwire.spawn(function() received[index] = channel:receive() end)
    end
    tasks.settle()
    t.equal(channel:send("x"), true)
    receivers[1]:cancel()
    tasks.settle()
    t.same(received, { nil, "x" })
    receivers[3]:cancel()
    tasks.settle()
    local sender = moonwire.spawn(function() return channel:send("y") end)
    tasks.settle()
    t.equal(sender:status(), "waiting")
    t.equal(channel:receive(), "y")
    t.equal(sender:join(), true)
  end
end)

it("gives what is inside after it has been closed, and then the failure", function()
  local channel = moonwire.channel(2)
  channel:send(1)
  channel:send(2)
  local waiting = moonwire.spawn(function() return channel:send(3) end)
  tasks.settle()
  t.equal(channel:close(), true)
  t.equal(channel:close(), true)
  tasks.results({ n = 4, true, nil, "send: closed", "closed" }, waiting:join())
  tasks.fails("send: closed", "closed", channel:send(4))
  t.equal(channel:receive(), 1)
  t.equal(channel:receive(), 2)
  for _ = 1, 2 do
    tasks.fails("receive: closed", "closed", channel:receive())
  end
  for _ in channel do
    error("there is nothing left")
  end
end)

it("wakes all receivers when it is closed", function()
  local channel = moonwire.channel()
  local list = {}
  for index = 1, 5 do
    list[index] = moonwire.spawn(function() return channel:receive() end)
  end
  tasks.settle()
  channel:close()
  for _, task in ipairs(list) do
    tasks.results({ n = 4, true, nil, "receive: closed", "closed" }, task:join())
  end
end)

it("keeps to deadlines", function()
  local channel = moonwire.channel()
  for _, wait in ipairs { channel.receive, channel.send } do
    local name = wait == channel.receive and "receive" or "send"
    local elapsed, results = tasks.timed(moonwire.timeout, 0.02, wait, channel, "x")
    t.between(elapsed, 0.02, tasks.at_once)
    t.same(results, { n = 3, nil, name .. ": timed out", "timeout" })
  end
end)

t.it("works outside of run where nobody has to wait", function()
  local channel = moonwire.channel(1)
  t.equal(channel:send("x"), true)
  local _, message, code = channel:send("y")
  t.equal(code, "EDEADLK")
  t.matches(message, "^send: ")
  t.equal(channel:receive(), "x")
  _, message, code = channel:receive()
  t.equal(code, "EDEADLK")
  t.matches(message, "^receive: ")
  channel:close()
  tasks.fails("receive: closed", "closed", channel:receive())
end)

it("is between many", function()
  local channel, sum = moonwire.channel(2), 0
  local senders = {}
  for index = 1, 50 do
    senders[index] = moonwire.spawn(function()
      for value = 1, 20 do
        channel:send(value)
        if value % (index % 5 + 2) == 0 then
          moonwire.yield()
        end
      end
    end)
  end
  local receivers = {}
  for index = 1, 7 do
    receivers[index] = moonwire.spawn(function()
      for value in channel do
        sum = sum + value
      end
    end)
  end
  for _, task in ipairs(senders) do
    t.equal(task:join(), true)
  end
  channel:close()
  for _, task in ipairs(receivers) do
    t.equal(task:join(), true)
  end
  t.equal(sum, 50 * 210)
end)

t.it("refuses wrong arguments", function()
  t.raises("bad argument #1 to 'channel' %(number expected, got string%)", moonwire.channel, "x")
  for _, capacity in ipairs { -1, 0 / 0 } do
    t.raises("bad argument #1 to 'channel' %(capacity out of range%)", moonwire.channel, capacity)
  end
  local channel = moonwire.channel()
  for _, method in ipairs { "send", "receive", "close" } do
    for _, value in ipairs { 1, "x", {}, moonwire.semaphore(1) } do
      t.raises("calling '" .. method .. "' on bad self", channel[method], value, 1)
    end
    t.raises("calling '" .. method .. "' on bad self", channel[method])
  end
  t.equal(getmetatable(channel), false)
end)
