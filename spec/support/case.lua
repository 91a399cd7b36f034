-- One case of a spec, and what is to be undone after it.

local descriptors = require "spec.support.descriptors"
local task = require "spec.support.task"

-- What a spec has said should be there when something ends the process.
io.stdout:setvbuf("line")

local case = {}

local deferred

--- Has `undo` called at the end of the case, however it ends; the last deferred is the first called.
function case.defer(undo)
  assert(deferred, "defer is for use within a case")
  deferred[#deferred + 1] = undo
end

local function with_traceback(fn)
  return xpcall(fn, function(message)
    if task.is_left_out(message) then
      return message
    end
    -- What lies below is this file's own.
    return (debug.traceback(tostring(message), 2):gsub("%s*%[C%]: in function 'xpcall'.*", ""))
  end)
end

local function run_deferred(undos)
  local failure
  for index = #undos, 1, -1 do
    local ok, message = with_traceback(undos[index])
    failure = failure or not ok and message
  end
  return failure
end

--- Runs `fn` at once. Where it fails, or leaves a descriptor open, the whole spec ends with an error
--- that carries the name.
function case.it(name, fn)
  assert(not deferred, "a case within a case")
  deferred = {}
  local before = descriptors.open()
  local ok, message = with_traceback(fn)
  if task.is_left_out(message) then
    ok = true
  end
  local undos = deferred
  local failure = run_deferred(undos)
  deferred = nil
  if ok and failure then
    ok, message = false, "while cleaning up: " .. failure
  end
  if ok then
    collectgarbage()
    collectgarbage()
    local leaked = descriptors.difference(descriptors.open(), before)
    if #leaked > 0 then
      ok, message = false, "left open: " .. descriptors.describe(leaked)
    end
    local closed = descriptors.difference(before, descriptors.open())
    if #closed > 0 then
      ok, message = false, "closed what it did not open: descriptor " .. table.concat(closed, ", ")
    end
  end
  if not ok then
    error("it " .. name .. ": " .. message, 0)
  end
  print("it " .. name)
end

--- Says that something is not tried here, and why. The words are shown although the spec passes.
function case.pass_over(what, why)
  print("passed over: " .. what .. ": " .. why)
end

return case
