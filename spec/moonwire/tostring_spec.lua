-- Objects of tasks as strings: the kind, its state, and what tells one from another.

local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"

local function is_text(object, head)
  t.matches(tostring(object), "^" .. head:gsub("[()]", "%%%0") .. ": 0x%x+$")
end

tasks.it("of a channel", function()
  local channel, other = moonwire.channel(), moonwire.channel()
  is_text(channel, "channel (open)")
  t.equal(tostring(channel), tostring(channel))
  t.equal(tostring(channel) == tostring(other), false)
  channel:close()
  is_text(channel, "channel (closed)")
end)

tasks.it("of a semaphore", function()
  local semaphore = moonwire.semaphore(2)
  is_text(semaphore, "semaphore (2 free)")
  semaphore:acquire()
  is_text(semaphore, "semaphore (1 free)")
  is_text(moonwire.semaphore(math.huge), "semaphore (inf free)")
end)

tasks.it("of a group", function()
  local group
  moonwire.group(function(own)
    group = own
    is_text(group, "group (open)")
    group:cancel()
    is_text(group, "group (cancelled)")
  end)
  is_text(group, "group (over)")
end)

tasks.it("of a task", function()
  local task = moonwire.spawn(function() end)
  is_text(task, "task (ready)")
  task:join()
  is_text(task, "task (done)")
end)
