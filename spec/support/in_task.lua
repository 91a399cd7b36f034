-- Runs a Lua program in a task: a script with its arguments, or `-e` and a piece of code. A call in a task
-- does what the same call does outside, so the specs of the drop-ins run both ways.

local moonwire = require "moonwire"
local task = require "spec.support.task"
local unpack = table.unpack or unpack

-- The loop's own descriptors are open before a case counts any.
moonwire.run(function() end)
task.is_here = true

local words = arg
local chunk, first
if words[1] == "-e" then
  chunk, first = assert((loadstring or load)(words[2], "=(command line)")), 3
else
  chunk, first = assert(loadfile(words[1])), 2
end
arg = { [0] = words[1], unpack(words, first) }

local function main()
  chunk(unpack(arg))
end

local failure = moonwire.run(function()
  local ok, failure = xpcall(main, function(failure)
    return task.is_left_out(failure) and failure or debug.traceback(tostring(failure), 2)
  end)
  return not ok and not task.is_left_out(failure) and failure or nil
end)
if failure then
  io.stderr:write(failure, "\n")
  os.exit(1)
end
