local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"

local it = tasks.it

-- What catches signals lives as long as the Lua state: it is there before a case counts.
moonwire.run(moonwire.timeout, 0, moonwire.signal, "USR1", "USR2")

--- Sends a signal to this process, and comes back when it is there.
local function send(name)
  local stat = assert(io.open("/proc/self/stat"))
  local process = stat:read("*n")
  stat:close()
  os.execute(("kill -%s %d"):format(name, process))
end

it("gives the name that was asked for of the signal that has come", function()
  local task = moonwire.spawn(moonwire.signal, "USR1", "SIGUSR2")
  tasks.settle()
  send("USR2")
  tasks.results({ n = 2, true, "SIGUSR2" }, task:join())
  task = moonwire.spawn(moonwire.signal, "USR1", "USR2")
  tasks.settle()
  send("USR1")
  tasks.results({ n = 2, true, "USR1" }, task:join())
end)

it("tells all who wait", function()
  local list = {}
  for index = 1, 3 do
    list[index] = moonwire.spawn(moonwire.signal, "USR1")
  end
  tasks.settle()
  send("USR1")
  for _, task in ipairs(list) do
    tasks.results({ n = 2, true, "USR1" }, task:join())
  end
  tasks.fails("signal: timed out", "timeout", moonwire.timeout(0.01, moonwire.signal, "USR1"))
end)

it("keeps one that comes while nobody waits for the next who does, once", function()
  tasks.fails("signal: timed out", "timeout", moonwire.timeout(0, moonwire.signal, "USR1"))
  send("USR1")
  send("USR1")
  t.equal(moonwire.signal("USR1"), "USR1")
  tasks.fails("signal: timed out", "timeout", moonwire.timeout(0.01, moonwire.signal, "USR1"))
end)

it("lets others run, and can be called off", function()
  local task = moonwire.spawn(moonwire.signal, "USR1")
  t.equal(moonwire.sleep(0.01), true)
  t.equal(task:status(), "waiting")
  task:cancel()
  tasks.results({ n = 2, false, "cancelled" }, task:join())
end)

t.it("waits outside of tasks as well", function()
  send("USR1")
  t.equal(moonwire.signal("USR1"), "USR1")
end)

t.it("catches only what can be caught, and nothing that tells of a fault", function()
  for _, name in ipairs { "KILL", "STOP", "SEGV", "FPE", "ILL", "BUS", "ABRT", "term", "SIG", "" } do
    t.bad_argument(1, "signal", "no signal that may be waited for", moonwire.signal, name)
  end
  t.bad_argument(2, "signal", "no signal that may be waited for", moonwire.signal, "TERM", "9")
end)
