local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

it("returns what its function returns when all children have ended", function()
  local ended = 0
  tasks.results({ n = 4, 1, nil, "x", nil }, moonwire.group(function(group, ...)
    tasks.results({ n = 2, "a", nil }, ...)
    for index = 1, 5 do
      group:spawn(function()
        moonwire.sleep(index / 1000)
        ended = ended + 1
      end)
    end
    return 1, nil, "x", nil
  end, "a", nil))
  t.equal(ended, 5)
end)

it("waits for children that children have spawned", function()
  local ended = 0
  moonwire.group(function(group)
    group:spawn(function()
      moonwire.sleep(0.001)
      group:spawn(function()
        moonwire.sleep(0.001)
        ended = ended + 1
      end)
    end)
  end)
  t.equal(ended, 1)
end)

it("gives its children's handles", function()
  moonwire.group(function(group)
    local child = group:spawn(function(...) return ... end, 1, nil)
    tasks.results({ n = 3, true, 1, nil }, child:join())
    t.equal(child:status(), "done")
  end)
end)

it("raises the first error of a child and calls the others off", function()
  local error_value = {}
  local codes = {}
  local ok, raised = pcall(moonwire.group, function(group)
    for index = 1, 3 do
      group:spawn(function() codes[index] = select(3, moonwire.sleep(60)) end)
    end
    group:spawn(function()
      moonwire.sleep(0.001)
      error(error_value)
    end)
    codes.body = select(3, moonwire.sleep(60))
    error("a later one")
  end)
  t.equal(ok, false)
  t.equal(raised, error_value)
  t.same(codes, { "cancelled", "cancelled", "cancelled", body = "cancelled" })
end)

it("raises the error of its function", function()
  local code
  local ok, raised = pcall(moonwire.group, function(group)
    group:spawn(function() code = select(3, moonwire.sleep(60)) end)
    moonwire.yield()
    error("boom", 0)
  end)
  t.equal(ok, false)
  t.matches(raised, "^boom")
  t.equal(code, "cancelled")
end)

it("waits for the clean-up of those it calls off", function()
  local cleaned
  pcall(moonwire.group, function(group)
    group:spawn(function()
      moonwire.sleep(60)
      moonwire.sleep(0.01)
      cleaned = true
    end)
    moonwire.yield()
    error("boom")
  end)
  t.equal(cleaned, true)
end)

it("calls its children off when it is told to", function()
  local codes = {}
  tasks.results({ n = 1, "result" }, moonwire.group(function(group)
    for index = 1, 3 do
      group:spawn(function() codes[index] = select(3, moonwire.sleep(60)) end)
    end
    tasks.settle()
    t.equal(group:cancel(), true)
    -- What comes later is called off at once.
    group:spawn(function() codes[4] = "begun" end)
    return "result"
  end))
  t.same(codes, { "cancelled", "cancelled", "cancelled" })
end)

it("passes the end of its own task on to its children", function()
  local codes = {}
  local outcome
  local task = moonwire.spawn(function()
    outcome = t.pack(moonwire.group(function(group)
      group:spawn(function()
        codes[1] = select(3, moonwire.sleep(60))
        moonwire.sleep(0.01)
        codes[2] = "cleaned"
      end)
      codes[3] = select(3, moonwire.sleep(60))
    end))
  end)
  tasks.settle()
  task:cancel()
  t.equal(task:join(), false)
  t.same(codes, { "cancelled", "cleaned", "cancelled" })
  t.same(outcome, { n = 3, nil, "group: cancelled", "cancelled" })
end)

it("ends by a deadline, with its children", function()
  local codes = {}
  local elapsed, outcome = tasks.timed(moonwire.timeout, 0.02, moonwire.group, function(group)
    group:spawn(function() codes[1] = select(3, moonwire.sleep(60)) end)
    codes[2] = select(3, moonwire.sleep(60))
  end)
  t.between(elapsed, 0.02, tasks.at_once)
  t.equal(outcome[1], nil)
  t.equal(outcome[3], "timeout")
  t.equal(codes[1] == "timeout" or codes[1] == "cancelled", true)
end)

it("can be in a group", function()
  local order = {}
  moonwire.group(function(outer)
    outer:spawn(function()
      moonwire.group(function(inner)
        inner:spawn(function()
          moonwire.sleep(0.002)
          order[#order + 1] = "inner child"
        end)
      end)
      order[#order + 1] = "inner"
    end)
  end)
  order[#order + 1] = "outer"
  t.same(order, { "inner child", "inner", "outer" })
  local ok, message = pcall(moonwire.group, function(outer)
    outer:spawn(moonwire.group, function(inner)
      inner:spawn(error, "deep", 0)
    end)
    moonwire.sleep(60)
  end)
  t.equal(ok, false)
  t.matches(message, "^deep")
end)

it("takes no children when it is over", function()
  local kept
  moonwire.group(function(group) kept = group end)
  t.raises("the group has ended$", kept.spawn, kept, function() end)
  t.equal(kept:cancel(), true)
end)

it("works in whatever the program runs it in", function()
  for name, way in pairs(tasks.ways) do
    local result
    way(function()
      result = moonwire.group(function(group)
        group:spawn(moonwire.sleep, 0.001)
        return name
      end)
      return true
    end)
    t.equal(result, name)
  end
end)

t.it("needs a task", function()
  local called
  t.raises("a group needs a task: call this inside of run$", moonwire.group, function() called = true end)
  moonwire.run(function() end)
  t.equal(called, nil)
end)

it("refuses wrong arguments", function()
  t.raises("bad argument #1 to 'group' %(function expected, got no value%)", moonwire.group)
  t.raises("bad argument #1 to 'group' %(function expected, got string%)", moonwire.group, "x")
  moonwire.group(function(group)
    t.raises("bad argument #1 to 'spawn' %(function expected, got number%)", group.spawn, group, 1)
    t.raises("calling 'spawn' on bad self", group.spawn, {}, print)
    t.raises("calling 'cancel' on bad self", group.cancel)
    t.equal(getmetatable(group), false)
  end)
end)
