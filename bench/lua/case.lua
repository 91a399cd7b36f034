-- What the programs of all cases and libraries have in common.

local case = {}

case.host = "127.0.0.1"
-- A port, or how many sockets to watch; a server gets none.
case.port = tonumber(arg[1])
-- How often to do the work.
case.count = tonumber(arg[2])
-- How many connections are there and do nothing.
case.idle = tonumber(arg[3])
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

-- A server is ready, at this port: the marks are those of the program that loads it.
function case.announce(port)
  io.write(port, "\n")
  io.flush()
end

-- Measures `step`, which asks for a burst of datagrams and receives them, as often as it takes.
function case.bursts(step)
  local burst = 128
  case.measure(function()
    for _ = 1, case.count // burst do
      step(burst)
    end
  end)
end

-- Measures repetitions of something.
function case.repeated(step)
  local count = case.count
  case.measure(function()
    for _ = 1, count do
      step()
    end
  end)
end

return case
