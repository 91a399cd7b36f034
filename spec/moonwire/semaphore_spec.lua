local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

it("lets in as many as it counts", function()
  for _, count in ipairs { 1, 2, 5 } do
    local semaphore = moonwire.semaphore(count)
    local inside, most = 0, 0
    moonwire.group(function(group)
      for _ = 1, 20 do
        group:spawn(function()
          tasks.results({ n = 1, true }, semaphore:acquire())
          inside = inside + 1
          most = math.max(most, inside)
          moonwire.sleep(0.001)
          inside = inside - 1
          t.equal(semaphore:release(), true)
        end)
      end
    end)
    t.equal(most, count)
    t.equal(inside, 0)
  end
end)

it("serves those who wait in the order in which they came", function()
  local semaphore = moonwire.semaphore(0)
  local order = {}
  for index = 1, 5 do
    moonwire.spawn(function()
      semaphore:acquire()
      order[#order + 1] = index
    end)
  end
  tasks.settle()
  for _ = 1, 5 do
    semaphore:release()
  end
  tasks.settle()
  t.same(order, { 1, 2, 3, 4, 5 })
end)

it("is not kept by one who releases and acquires it again at once", function()
  local semaphore = moonwire.semaphore(1)
  local got
  semaphore:acquire()
  local other = moonwire.spawn(function()
    got = semaphore:acquire()
    semaphore:release()
  end)
  tasks.settle()
  for _ = 1, 3 do
    semaphore:release()
    semaphore:acquire()
    moonwire.yield()
  end
  t.equal(got, true)
  t.equal(other:join(), true)
end)

it("passes on what one who is called off cannot use", function()
  local semaphore = moonwire.semaphore(0)
  local list = {}
  for index = 1, 3 do
    list[index] = moonwire.spawn(function() return semaphore:acquire() end)
  end
  tasks.settle()
  semaphore:release()
  list[1]:cancel()
  tasks.results({ n = 2, true, true }, list[2]:join())
  list[3]:cancel()
  t.equal(list[3]:join(), false)
  semaphore:release()
  t.equal(semaphore:acquire(), true)
  tasks.fails("acquire: timed out", "timeout", moonwire.timeout(0.005, semaphore.acquire, semaphore))
end)

it("may grow", function()
  local semaphore = moonwire.semaphore(0)
  for _ = 1, 3 do
    semaphore:release()
  end
  for _ = 1, 3 do
    t.equal(semaphore:acquire(), true)
  end
end)

t.it("works outside of run where nobody has to wait", function()
  local semaphore = moonwire.semaphore(1)
  t.equal(semaphore:acquire(), true)
  local _, message, code = semaphore:acquire()
  t.equal(code, "EDEADLK")
  t.matches(message, "^acquire: ")
end)

t.it("refuses wrong arguments", function()
  t.raises("bad argument #1 to 'semaphore' %(number expected, got no value%)", moonwire.semaphore)
  for _, count in ipairs { -1, 0 / 0 } do
    t.raises("bad argument #1 to 'semaphore' %(count out of range%)", moonwire.semaphore, count)
  end
  local semaphore = moonwire.semaphore(1)
  for _, method in ipairs { "acquire", "release" } do
    t.raises("calling '" .. method .. "' on bad self", semaphore[method], moonwire.channel())
  end
end)
