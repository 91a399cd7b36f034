-- A call takes the time-out with it when it begins.

local moonwire = require "moonwire"
local t = require "spec.support"
local net = require "spec.moonwire.support"
local tasks = require "spec.moonwire.tasks"

tasks.it("a wait that is under way keeps its time", function()
  local client, server = net.pair()
  client:settimeout(0.02)
  local short = moonwire.spawn(client.read, client)
  tasks.settle()
  client:settimeout(nil)
  t.equal(select(4, short:join()), "timeout")
end)

tasks.it("a wait that is under way gets no time", function()
  local client, server = net.pair()
  client:settimeout(nil)
  local long = moonwire.spawn(client.read, client)
  tasks.settle()
  client:settimeout(0.001)
  moonwire.sleep(0.02)
  t.equal(long:status(), "waiting")
  server:write("x")
  tasks.results({ n = 2, true, "x" }, long:join())
end)
