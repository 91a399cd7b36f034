-- Whether a spec runs in a task, and what cannot hold there.

local task = {
  --- Whether all of this program runs in a task: `in_task.lua` sets it.
  is_here = false,
}

-- What leaves a case, or a whole spec, that is for outside of tasks only.
local LEFT_OUT = {}

function task.is_left_out(failure)
  return failure == LEFT_OUT
end

--- Leaves the case, or the spec, where it runs in a task. `why` says what cannot hold there.
function task.outside_only(why)
  assert(type(why) == "string" and why ~= "", "the reason is missing")
  if task.is_here then
    print("outside only: " .. why)
    error(LEFT_OUT, 0)
  end
end

return task
