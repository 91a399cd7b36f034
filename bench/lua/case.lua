-- What the programs of all cases and libraries have in common.

local case = {}

case.host = "127.0.0.1"
-- A port, or how many sockets to watch.
case.port = tonumber(arg[1])
-- How often to do the work.
case.count = tonumber(arg[2])
case.message = ("x"):rep(64)
case.block = ("x"):rep(65536)
case.line = ("0123456789"):rep(4)

local function mark(name)
  io.write(name, "\n")
  io.flush()
  io.read()
end

-- What is measured lies between two marks: bench/measure.py reads the clocks at each, while the
-- program waits.
function case.measure(work)
  mark("ready")
  work()
  mark("done")
  os.exit(0)
end

-- Measures `times` repetitions of something.
function case.repeated(step)
  local count = case.count
  case.measure(function()
    for _ = 1, count do
      step()
    end
  end)
end

return case
