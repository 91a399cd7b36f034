-- How long calls wait.

local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"
local signals = require "spec.support.signals"

--- A child at the other end of a connection. Returns the own end, the function that has the child
--- send a byte a little later, and the child, which ends when the connection does.
local function late_writer(family)
  local listener, address = net.listen(family)
  local child = t.process.start_lua([[
    local S = require "minisock"
    local fd = assert(S.connect(]] .. t.process.literal(address) .. [[))
    assert(S.read(fd) == "go")
    S.msleep(150)
    assert(S.write(fd, "x"))
    assert(S.read(fd) == "")
    S.close(fd)
  ]])
  local server = net.keep(S.accept(listener))
  net.shut(listener)
  return server, function()
    t.equal(S.write(server, "go"), 2)
  end, child
end

--- The same with a datagram.
local function late_sender(family)
  local receiver, address = net.datagram(family)
  local child = t.process.start_lua(([[
    local S = require "minisock"
    local fd = assert(S.udpsocket(%s))
    assert(S.sendto(fd, %s, "ready"))
    local message, from = assert(S.recvfrom(fd))
    assert(message == "go")
    S.msleep(150)
    assert(S.sendto(fd, from, "x"))
    S.close(fd)
  ]]):format(t.process.literal(family.any()), t.process.literal(address)))
  local message, from = S.recvfrom(receiver)
  t.equal(message, "ready")
  return receiver, function()
    t.equal(S.sendto(receiver, from, "go"), 2)
  end, child
end

local calls = {
  read = {
    silent = function(family)
      local _, server = net.pair(family)
      return server
    end,
    late = late_writer,
  },
  recvfrom = { silent = net.datagram, late = late_sender },
}

for name, call in pairs(calls) do
  net.it(name .. " waits for the whole time and no longer", function(family)
    local fd = call.silent(family)
    for _, timeout in ipairs { 1, 150, 70 } do
      local elapsed, result, message = t.timed(S[name], fd, timeout)
      t.fails(name .. " timeout", result, message)
      t.between(elapsed, timeout / 1000 - t.grain, timeout / 1000 + t.at_once)
    end
  end)

  net.it(name .. " does not wait for a time-out of 0", function(family)
    local fd = call.silent(family)
    local elapsed, result, message = t.timed(S[name], fd, 0)
    t.fails(name .. " timeout", result, message)
    t.between(elapsed, 0, t.at_once)
  end)

  net.it(name .. " waits for what comes, without a limit and with one that is far away", function(family)
    for _, timeout in ipairs { -1, -1000, 2 ^ 31 - 1, 2 ^ 53, S.DEFAULT_TIMEOUT } do
      local fd, go, child = call.late(family)
      -- A time-out that has passed is no property of the descriptor.
      t.fails(name .. " timeout", S[name](fd, 1))
      go()
      t.equal((S[name](fd, timeout)), "x")
      t.fails(name .. " timeout", S[name](fd, 0))
      net.shut(fd)
      local output, status = child:finish()
      t.equal(output, "")
      t.equal(status, 0)
    end
  end, { net.families.ipv4, net.families.unix })
end

signals.end_on_time {
  read = {
    setup = [[
      local S = require "minisock"
      local listener = assert(S.bind("\2\0\0\0\127\0\0\1\0\0\0\0\0\0\0\0"))
      local fd = assert(S.connect(S.getsockname(listener)))
    ]],
    call = "S.read(fd, 1500)",
    outcome = "nil read timeout",
  },
  recvfrom = {
    setup = "local S = require 'minisock' local fd = assert(S.udpsocket())",
    call = "S.recvfrom(fd, 1500)",
    outcome = "nil recvfrom timeout",
  },
  poll = { setup = "local S = require 'minisock'", call = "S.poll('', 1500)", outcome = " 0" },
  msleep = { setup = "local S = require 'minisock'", call = "S.msleep(1500)", outcome = "true nil" },
}
