-- Where an error has come from is known however many tasks it has gone through.

local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local function culprit()
  error("boom", 0)
end

local function bystander()
  culprit()
  return true -- so that the call above is no tail call
end

-- What a task begins with has no name in a traceback.
local function body()
  bystander()
  return true
end

--- The text has the error at its head, and then all of the names, in this order.
local function has_frames(text, ...)
  t.matches(text, "^boom\nstack traceback:\n")
  local place = 1
  for index = 1, select("#", ...) do
    local name = select(index, ...)
    local _, last = text:find(name, place, true)
    if not last then error("no " .. name .. " where it belongs in:\n" .. text, 2) end
    place = last + 1
  end
end

it("join gives the traceback of a task as its third result", function()
  local ok, message, frames = moonwire.spawn(body):join()
  t.equal(ok, false)
  t.equal(message, "boom")
  t.matches(frames, "^stack traceback:\n.*culprit.*bystander")
  t.equal(frames:sub(-1) ~= "\n", true)
end)

it("join gives it for errors that are no strings too", function()
  local value = {}
  local function thrower()
    error(value)
  end
  local ok, raised, frames = moonwire.spawn(function() thrower() return 1 end):join()
  t.equal(ok, false)
  t.equal(raised, value)
  t.matches(frames, "^stack traceback:\n.*thrower")
end)

it("join gives none for a task that was called off", function()
  local task = moonwire.spawn(moonwire.sleep, 60)
  task:cancel()
  tasks.results({ n = 2, false, "cancelled" }, task:join())
end)

it("leaves a group in the text of the error", function()
  local ok, text = pcall(moonwire.group, function(group)
    group:spawn(body)
    moonwire.sleep(60)
  end)
  t.equal(ok, false)
  has_frames(text, "culprit", "bystander")
end)

it("leaves groups in groups", function()
  local function child(group)
    group:spawn(body)
    moonwire.sleep(60)
  end
  local function parent(group)
    group:spawn(function()
      moonwire.group(child)
      return 1
    end)
    moonwire.sleep(60)
  end
  local ok, text = pcall(moonwire.group, parent)
  t.equal(ok, false)
  has_frames(text, "culprit", "bystander", "stack traceback:", "moonwire:", "traceback_spec")
end)

it("leaves a group as it is where it is no string", function()
  for _, value in ipairs { {}, print, true } do
    local ok, raised = pcall(moonwire.group, function(group)
      group:spawn(moonwire.group, function(inner) inner:spawn(error, value) end)
    end)
    t.equal(ok, false)
    t.equal(raised, value)
  end
end)

it("survives `timeout`, whose error stays the same", function()
  local text
  local task = moonwire.spawn(function()
    text = select(2, pcall(moonwire.timeout, 60, moonwire.timeout, 50, body))
    moonwire.timeout(60, function()
      moonwire.timeout(50, body)
      return 1
    end)
  end)
  local _, message, frames = task:join()
  t.equal(text, "boom")
  t.equal(message, "boom")
  has_frames(message .. "\n" .. frames, "culprit", "bystander", "moonwire:")
end)

it("passes the arguments and results of `timeout` on", function()
  tasks.results({ n = 4, 3, nil, "x", nil }, moonwire.timeout(60, function(...)
    return select("#", ...), ...
  end, nil, "x", nil))
  tasks.results({ n = 0 }, moonwire.timeout(60, function() end))
end)

it("survives being raised again by the task that has joined", function()
  local function raiser()
    local _, message = moonwire.spawn(body):join()
    error("while joining: " .. message, 0)
  end
  local _, message, frames = moonwire.spawn(function() raiser() return 1 end):join()
  t.equal(message, "while joining: boom")
  has_frames("boom\n" .. frames, "culprit", "bystander", "stack traceback:", "raiser")
  _, message, frames = moonwire.spawn(function() assert(moonwire.spawn(body):join()) end):join()
  t.matches(message, "boom$")
  has_frames("boom\n" .. frames, "culprit", "bystander", "stack traceback:", "assert")
end)

it("is not that of an error that the task has got over", function()
  local function other()
    error("another", 0)
  end
  local _, message, frames = moonwire.spawn(function()
    moonwire.spawn(body):join()
    other()
    return 1
  end):join()
  t.equal(message, "another")
  t.equal(frames:find("bystander", 1, true), nil)
  t.matches(frames, "other")
end)

t.it("leaves run through groups, time-outs and joins", function()
  local function joiner(group)
    local child = group:spawn(function()
      moonwire.timeout(60, body)
      return 1
    end)
    moonwire.sleep(60)
    return child
  end
  local ok, text = pcall(moonwire.run, function()
    moonwire.timeout(60, moonwire.group, joiner)
    return 1
  end)
  t.equal(ok, false)
  -- What has no name on some Lua is told by its chunk.
  has_frames(text, "culprit", "bystander", "moonwire:", "stack traceback:", "moonwire:", "traceback_spec")
end)

t.it("is told of failures that nobody has asked about, whatever the error is", function()
  local output = t.process.run_lua [[
    local moonwire = require "moonwire"
    local function culprit() error({}) end
    moonwire.run(function()
      moonwire.spawn(function() culprit() return 1 end)
      moonwire.spawn(function()
        moonwire.group(function(group) group:spawn(function() culprit() return 1 end) end)
      end)
      moonwire.spawn(error, "with\0zero", 0)
    end)
  ]]
  t.matches(output, "failed: the error is not a string\nstack traceback:\n[^\n]*error[^\n]*\n[^\n]*culprit")
  t.matches(output, "failed: with%zzero\nstack traceback:\n")
end)

it("is that of a stack that was too deep", function()
  local function deeper()
    return 1 + deeper()
  end
  local ok, message = pcall(moonwire.timeout, 60, deeper)
  t.equal(ok, false)
  t.matches(message, "stack overflow")
end)
