-- A listener whose number was closed by a program that has only numbers, and given to another socket.

local lsocket = require "lsocket"
local minisock = require "minisock"
local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"

--- Closes the listener's descriptor behind its back, and has a listener in blocking mode take the number.
local function replace(number)
  assert(minisock.close(number))
  local other = assert(minisock.bind(minisock.ipv4addr("127.0.0.1", 0)))
  t.equal(other, number)
  t.defer(function()
    pcall(minisock.close, other)
  end)
  return other
end

local listeners = {
  moonwire = function()
    local listener = assert(moonwire.listen "127.0.0.1:0")
    listener:settimeout(0.02)
    return listener, listener:descriptor(), "timeout"
  end,
  lsocket = function()
    local listener = assert(lsocket.bind("127.0.0.1", 0))
    return listener, listener:info().fd
  end,
}

local function accepts_nothing(make)
  local listener, number, code = make()
  replace(number)
  local elapsed, results = tasks.timed(listener.accept, listener)
  t.between(elapsed, 0, tasks.at_once)
  t.equal(not results[1], true)
  if code then t.equal(results[3], code) end
  -- What the number belongs to by now can be accepted from, and is not waited for afterwards.
  local client = assert(minisock.connect(minisock.getsockname(number)))
  local accepted = assert(listener:accept())
  accepted:close()
  minisock.close(client)
  elapsed, results = tasks.timed(listener.accept, listener)
  t.between(elapsed, 0, tasks.at_once)
  t.equal(not results[1], true)
  listener:close()
end

for name, make in pairs(listeners) do
  t.it("is not waited for past its time-out: " .. name, function()
    accepts_nothing(make)
  end)

  tasks.it("holds up no other tasks: " .. name, function()
    local ticker = moonwire.spawn(function()
      while moonwire.sleep(0.001) do end
    end)
    accepts_nothing(make)
    ticker:cancel()
    ticker:join()
  end)

  tasks.it("holds up no other tasks where it was waited for before: " .. name, function()
    local listener, number = make()
    moonwire.timeout(0.002, listener.accept, listener)
    replace(number)
    local elapsed, results = tasks.timed(listener.accept, listener)
    t.between(elapsed, 0, tasks.at_once)
    t.equal(not results[1], true)
    listener:close()
  end)
end
