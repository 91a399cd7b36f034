-- What the debug library can do to functions and objects ends in an error, not in memory that is gone.

local M = require "moonwire"
local minisock = require "minisock"
local t = require "spec.support"
local net = require "spec.moonwire.support"
local tasks = require "spec.moonwire.tasks"

local metatables = debug.getmetatable
local gone = "what the call needs has gone while it waited"

--- Userdata of others, of several sizes.
local function foreigners()
  local list = { io.stdout, io.stderr }
  if newproxy then
    list[#list + 1] = newproxy()
    list[#list + 1] = newproxy(true)
  end
  return list
end

--- A connection whose second end is not closed with the case: its finaliser is called before.
local function pair()
  local listener, address = net.listen()
  local client = net.keep(M.connect(address))
  local server = assert(listener:accept())
  listener:close()
  return client, server
end

local function values()
  local list = foreigners()
  for _, value in ipairs { 1, 0, 2 ^ 40, "x", print, {}, true, coroutine.create(function() end) } do
    list[#list + 1] = value
  end
  return list
end

-- Lua 5.1 does not let its debug library touch what C functions hold.
local touches_c = debug.getupvalue(M.udp, 1) ~= nil

t.it("does not run a function whose upvalues have been changed", function()
  if not touches_c then return end
  local fn = minisock.ipv4addr
  local good = fn("127.0.0.1", 80)
  for index = 1, 2 do
    local _, before = debug.getupvalue(fn, index)
    for _, value in ipairs(values()) do
      debug.setupvalue(fn, index, value)
      local ok, result = pcall(fn, "127.0.0.1", 80)
      t.equal(ok and result == good or not ok and type(result) == "string", true)
      -- What makes a table, an object or an error text needs the second.
      pcall(minisock.parseaddr, good)
    end
    debug.setupvalue(fn, index, before)
  end
  t.equal(fn("127.0.0.1", 80), good)
end)

t.it("does not make what it cannot protect", function()
  if not touches_c then return end
  local _, protected = debug.getupvalue(M.udp, 2)
  for _, value in ipairs(values()) do
    debug.setupvalue(M.udp, 2, value)
    t.equal(pcall(M.udp, { bind = "127.0.0.1:0" }), false)
    debug.setupvalue(M.spawn, 2, value)
    t.equal(pcall(M.spawn, print), false)
  end
  debug.setupvalue(M.udp, 2, protected)
  debug.setupvalue(M.spawn, 2, protected)
  net.datagram()
end)

t.it("runs nothing where a program calls what protects calls", function()
  if not touches_c then return end
  local _, number = debug.getupvalue(M.udp, 1)
  local _, protected = debug.getupvalue(M.udp, 2)
  for _, value in ipairs(values()) do
    t.equal(select("#", protected(value)), 0)
  end
  t.equal(select("#", protected(number)), 0)
  t.equal(select("#", protected()), 0)
end)

t.it("does not run what has lost its object", function()
  if not touches_c then return end
  local client, server = net.pair()
  client:write("one\ntwo\n")
  local lines = server:lines()
  for _, value in ipairs(values()) do
    local line = server:lines()
    debug.setupvalue(line, 3, value)
    t.raises("has been collected", line)
  end
  debug.setupvalue(lines, 3, server)
  t.raises("has been collected", lines)
end)

t.it("knows objects of others that have been given a metatable", function()
  local client, server = net.pair()
  local metatable = metatables(server)
  for _, value in ipairs(foreigners()) do
    local before = metatables(value)
    debug.setmetatable(value, metatable)
    local ok, message = pcall(server.read, value)
    pcall(metatable.__gc, value)
    debug.setmetatable(value, before)
    t.equal(ok, false)
    t.matches(message, "bad self")
  end
  local listener = net.listen()
  debug.setmetatable(server, metatables(listener))
  t.raises("bad self", function() return server:accept() end)
  client:write("x")
  t.equal(client.read(server), "x")
  debug.setmetatable(server, metatable)
end)

t.it("drops an object once", function()
  local _, server = pair()
  local finalise = metatables(server).__gc
  finalise(server)
  t.raises("bad self", server.read, server)
  finalise(server)
  for _, value in ipairs(values()) do
    finalise(value)
  end
  finalise()
end)

for name, way in pairs { plainly = function(fn) return fn() end, parked = tasks.ways["string.gsub"] } do
  tasks.it("does not go on with an object that was finalised: " .. name, function()
    local client, server = pair()
    client:write("part")
    local task = M.spawn(way, function() return server:read_until("Z") end)
    tasks.settle()
    metatables(server).__gc(server)
    local ok, message = task:join()
    t.equal(ok, false)
    t.matches(message, gone)
    t.equal(M.sleep(0.001), true)
  end)

  tasks.it("does not go on with arguments that were changed: " .. name, function()
    local client, server = net.pair()
    local co
    local big = 10000000
    local task = M.spawn(way, function()
      co = coroutine.running()
      return client:write(("w"):rep(big))
    end)
    tasks.settle()
    local changed = 0
    for level = 0, 1 do
      for index = 1, 3 do
        local ok, value = pcall(debug.getlocal, co, level, index)
        local is_string = ok and select(2, debug.getlocal(co, level, index))
        if ok and value and type(is_string) == "string" and #is_string == big then
          debug.setlocal(co, level, index, "q")
          changed = changed + 1
        end
      end
    end
    -- The frame of a C function is not seen from outside by all versions.
    if changed == 0 then
      client:close()
      task:join()
      return
    end
    collectgarbage()
    M.spawn(function()
      while server:read() do end
    end)
    local ok, message = task:join()
    t.equal(ok, false)
    t.matches(message, gone)
    client:close()
  end)
end
